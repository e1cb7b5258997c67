// Seeds, dice, temporary directories and invitations lie with the simulator, which needs them too. A test that has
// them from here need not know that.
@_exported public import Simulation
