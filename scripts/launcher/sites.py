"""The two sets of private servers: the one that is run, and a small fast one that is only tested on."""

from .places import VAR, private_folder, socket_folder


class Site:
    """Folders of one set of servers. Tests have their own, so that they can run beside a running Parley."""

    def __init__(self, sandbox, test=False):
        self.test = test
        self.sandbox = sandbox
        self.var = VAR / "test" if test else VAR
        self.run = socket_folder(sandbox.base / "test" / "run" if test else sandbox.base / "run")
        self.log = self.var / "log"
        self.data = sandbox.base / "test" if test else sandbox.base

    def prepare(self):
        """Make the folders."""
        private_folder(VAR)
        private_folder(self.var)
        private_folder(self.log)
        if self.data != self.var:
            self.sandbox.folder(self.data)
        self.sandbox.folder(self.run)
        return self
