"""What is measured, built: our release binaries, and the Python functions with their dependencies."""

import compileall
import hashlib
import io
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
RELEASE = TARGET / "release"
# The sandbox, as the PSA. What it takes to answer is shown, and the same for both.
TOOL = TARGET / "debug" / "rollcall"
BUILT = TARGET / "performance"
# What the managed Python runtime would bring in a version of its own, so that some leave it out of their packages.
OF_THE_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "python_dateutil", "six")
NOT_DEPLOYED = ("__pycache__", "bin")


@dataclass
class Size:
    zipped: int
    unpacked: int


def build_binaries():
    functions = [f"--package={name}" for name in ("callback-receiver", "contact-policy")]
    for what in (["--release", *functions], ["--package=rollcall"]):
        subprocess.run(["cargo", "build", "--locked", *what], cwd=ROOT, check=True)


def build_python():
    """Installs what the Python functions need, if that changed. The interpreter is the one that runs this."""
    runtime = BUILT / "python_runtime"
    if not is_current(runtime):
        venv.create(runtime, with_pip=True, clear=True)
        install(runtime / "bin" / "python", "python_runtime", [])
        stamp(runtime)
    for name in ("python_receiver", "python_worker"):
        package = BUILT / name
        if not is_current(package):
            shutil.rmtree(package, ignore_errors=True)
            install(sys.executable, name, ["--target", package])
            stamp(package)
        shutil.copy(HERE / name / "app.py", package)
        # Lambda would compile at each cold start what comes without; compiled is the better case for Python.
        compileall.compile_dir(package, quiet=1)


def install(python, name, more):
    requirements = HERE / name / "requirements.txt"
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements, *more]
    subprocess.run(command, check=True)


def is_current(folder):
    """Whether a folder was made from the same requirements by the same Python."""
    written = stamp_of(folder)
    return written.exists() and written.read_text() == wanted(folder.name)


def stamp(folder):
    stamp_of(folder).write_text(wanted(folder.name))


def stamp_of(folder):
    return folder.with_suffix(".stamp")


def wanted(name):
    text = (HERE / name / "requirements.txt").read_text() + sys.version + str(BUILT)
    return hashlib.sha256(text.encode()).hexdigest()


def size_of_binary(name):
    return size([(RELEASE / name, "bootstrap")])


def size_of_python(name, without=()):
    package = BUILT / name
    files = [(path, str(path.relative_to(package))) for path in sorted(package.rglob("*")) if path.is_file()]

    def is_deployed(place):
        parts = place.split("/")
        top = parts[0].removesuffix(".py").split("-")[0]
        return not any(part in NOT_DEPLOYED for part in parts) and top not in without

    return size([(path, place) for path, place in files if is_deployed(place)])


def size(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, place in files:
            archive.write(path, place)
    return Size(zipped=buffer.tell(), unpacked=sum(path.stat().st_size for path, _place in files))
