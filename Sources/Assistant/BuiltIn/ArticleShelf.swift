import Inbox
import Synchronization

/// Keeps the articles ranked-ready between turns: they change seldom, and a turn looks them up several times.
final class ArticleShelf: Sendable {
    private struct Content {
        var articles: [Article] = []
        var indexByLanguage: [String?: ArticleIndex] = [:]
    }

    private let content = Mutex(Content())

    /// Of the articles in a language, and of those that say nothing of theirs; without a language, of all.
    func index(of articles: [Article], in language: String?) -> ArticleIndex {
        content.withLock { content in
            if content.articles != articles { content = Content(articles: articles) }
            // Languages that no article is in are one: whoever writes may name any.
            let isSpoken = articles.contains { Language.primary(of: $0.language) == language }
            let key = language == nil || isSpoken ? language : ""
            if let index = content.indexByLanguage[key] { return index }
            let index = ArticleIndex(articles.filter { Self.fits($0, key) })
            content.indexByLanguage[key] = index
            return index
        }
    }

    private static func fits(_ article: Article, _ language: String?) -> Bool {
        guard let language, let other = Language.primary(of: article.language) else { return true }
        return language == other
    }
}
