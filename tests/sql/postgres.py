"""A PostgreSQL server of the test's own: in a temporary folder, reached by a socket there, run by a user without rights."""
import getpass
import glob
import os
import pathlib
import shutil
import subprocess
import tempfile

PASSWORD = "s3cret;}'{x"
SENTINEL = "--done--"


def find_binaries():
    """The folder of initdb and its like; None where PostgreSQL or its ODBC driver is not installed."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    drivers = subprocess.run(["odbcinst", "-q", "-d"], capture_output=True, text=True, check=False) \
        if shutil.which("odbcinst") else None
    known = drivers is None or "PostgreSQL Unicode" in drivers.stdout
    ini = pathlib.Path("/etc/odbcinst.ini")
    if drivers is None:
        known = ini.exists() and "PostgreSQL Unicode" in ini.read_text()
    return folders[-1] if folders and known else None


class Server:
    def __init__(self):
        self.bin = find_binaries()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tilmash-pg-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
        os.chmod(self.folder, 0o755)
        self.user = getpass.getuser()
        if os.geteuid() == 0:  # the server refuses to run as root
            self.user = "postgres"
            shutil.chown(self.folder, self.user)
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        data = self.folder / "data"
        self.run("initdb", "-D", data, "-U", "core", "-E", "UTF8", "--locale=C.UTF-8", "-N", "-A", "scram-sha-256",
                 f"--pwfile={password}")
        self.run("pg_ctl", "-D", data, "-w", "-l", self.folder / "log", "-o",
                 f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_prepared_transactions=5", "start")

    def run(self, program, *arguments):
        command = [f"{self.bin}/{program}", *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", self.user, "--", *command]
        # Not through pipes: the server would hold them open.
        with open(self.folder / f"{program}.out", "wb") as out:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", timeout=120, check=False)
        if done.returncode != 0:
            raise RuntimeError((self.folder / f"{program}.out").read_text())

    def stop(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def name(self):
        """As tilmash takes it."""
        return f"odbc:Driver={{PostgreSQL Unicode}};Servername={self.folder};Port=5432;Database=postgres;UID=core"

    def session(self):
        return Session(self)

    def sql(self, text):
        """Runs statements in a session of their own; gives the lines that came back."""
        session = self.session()
        try:
            return session.do(text)
        finally:
            session.close()


class Session:
    """One connection that stays open: transactions of several of them overlap as a test wants it."""

    def __init__(self, server):
        env = {**os.environ, "PGPASSWORD": PASSWORD, "PGCLIENTENCODING": "UTF8"}
        self.psql = subprocess.Popen(
            [f"{server.bin}/psql", "-qAtX", "-h", str(server.folder), "-U", "core", "-v", "ON_ERROR_STOP=1", "postgres"],
            env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8")

    def do(self, text):
        self.psql.stdin.write(f"{text};\n\\echo {SENTINEL}\n")
        self.psql.stdin.flush()
        lines = []
        while True:
            line = self.psql.stdout.readline()
            if not line:
                raise RuntimeError("".join(lines))
            if line.strip() == SENTINEL:
                return lines
            lines.append(line.rstrip("\n"))

    def close(self):
        self.psql.stdin.close()
        self.psql.wait(timeout=30)
        self.psql.stdout.close()
