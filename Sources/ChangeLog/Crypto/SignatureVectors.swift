extension SignatureSelfTest {
    /// The files of these names in `Fixtures/signatures`, in base32.
    static let vectors = [
        Vector(
            name: "honest",
            key: "b5mbma47sstuicxbt4boxc4bdanj2ndgxgnw42wiepnpmttvugaa",
            signature: "5ss4lkstjplrjfisyb6v2crgirydv7blarp4lqdmbk6m555otooz"
                + "c7zbrcfrfu7zpo45cbvnvq4brqc3pc3odzzy5qarou52wkbs2bq",
            holds: true),
        Vector(
            name: "s-not-reduced",
            key: "b5mbma47sstuicxbt4boxc4bdanj2ndgxgnw42wiepnpmttvugaa",
            signature: "5ss4lkstjplrjfisyb6v2crgirydv7blarp4lqdmbk6m555otoox"
                + "4uyx4wsxlzkrkjlmtkmluyls3qc3pc3odzzy5qarou52wkbs2fq"),
        Vector(
            name: "small-order-key",
            key: "y4lwu4b5jxme7or4bn3a2edhb4vcau72fq44zrsoy76xpevman5a",
            signature: "zgr7q2voizpq4vsrhbsfcdzzs5lb7iwj5bpkehocferqt46nmara"
                + "eaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        Vector(
            name: "mixed-order-key",
            key: "qgvoqqqrk6tgllx2fpssocvowzwbchekng7zpg2t5gockxcafpaq",
            signature: "2s2pk6cindbqebadertrp3awt73z4jtar2qsninlnhxhpunrm4jk"
                + "nffvsuue7fnteduhj6fdws7v6rp5s6q76sxbu6syyr6hd6bdkbq"),
        Vector(
            name: "mixed-order-key-and-r",
            key: "qgvoqqqrk6tgllx2fpssocvowzwbchekng7zpg2t5gockxcafpaq",
            signature: "4tose54accziuegq3xhtlv5biqqwfgol4nv2q2zrsuxpbiuuc5xo"
                + "3get7q2gcbecia3yw5xz6njofhoqjv4zl6sfsj2xudd4dsts2ba"),
        Vector(
            name: "key-not-on-curve",
            key: "aiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            signature: "lbtgmztgmztgmztgmztgmztgmztgmztgmztgmztgmztgmztgmzta"
                + "caaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        Vector(
            name: "r-small-order",
            key: "b5mbma47sstuicxbt4boxc4bdanj2ndgxgnw42wiepnpmttvugaa",
            signature: "aeaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"
                + "cnflenlfefo6vrhnxwiz6ttth4uk55q2w72gya2ybydkrqsz6bq"),
        Vector(
            name: "r-not-canonical",
            key: "b5mbma47sstuicxbt4boxc4bdanj2ndgxgnw42wiepnpmttvugaa",
            signature: "537777777777777777777777777777777777777777777777757w"
                + "s35zvpmbz2jmfczzwzxmjkz2igdrsfskyg6nhd5bnjvapekzeda"),
        Vector(
            name: "r-mixed-order",
            key: "b5mbma47sstuicxbt4boxc4bdanj2ndgxgnw42wiepnpmttvugaa",
            signature: "tbiz5lptlomvem5vdnonepu4ywriwy43ljfpb3eqhs4wbwa3pamy"
                + "65ajuivj7ev3iztp6o74kxfztilc6xdxplvsummc4glkncl6kay"),
    ]
}
