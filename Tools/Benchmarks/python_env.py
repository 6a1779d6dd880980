"""A Python with the packages that peers need, kept in .build-bench/ beside the build."""
import hashlib
import shutil
import subprocess
import sys

from service import ROOT, ToolError


def python_with(*packages):
    """The interpreter of an environment with exactly these packages, such as `lightgbm==4.7.0`; made once."""
    name = hashlib.sha256(" ".join((sys.version.split()[0], *packages)).encode()).hexdigest()[:12]
    directory = ROOT / ".build-bench" / f"python-{name}"
    ready = directory / "ready"
    if not ready.exists():
        print(f"installing {', '.join(packages)} into {directory.relative_to(ROOT)}", file=sys.stderr, flush=True)
        shutil.rmtree(directory, ignore_errors=True)
        for command in ([sys.executable, "-m", "venv", directory],
                        [directory / "bin" / "python", "-m", "pip", "install", "--quiet",
                         "--disable-pip-version-check", *packages]):
            if subprocess.run([str(part) for part in command], stdout=sys.stderr).returncode != 0:
                raise ToolError(f"{' '.join(map(str, command[1:3]))} failed: {', '.join(packages)} are not installed")
        ready.touch()
    return directory / "bin" / "python"
