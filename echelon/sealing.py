"""Who wrote this, and is it all of it? What the data directory cannot say of itself.

Whoever may write the whole data directory can rewrite all of it consistently. Two
things kept outside of it tell: a key that signs (Ed25519, RFC 8032), and the head of
the audit log. Each is a setting, and without it verify says what it could not find
(docs/decisions/0010).
"""

import base64
import errno
import hashlib
import json
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from echelon.config import load_settings
from echelon.errors import EchelonError, ExitCode, Fault

KEY_SETTING = "ECHELON_SIGNING_KEY_FILE"
HEAD_SETTING = "ECHELON_AUDIT_HEAD_FILE"
RULE = "docs/proof.md"


@dataclass(frozen=True)
class Signer:
    """A key pair, or only the half of it that checks.

    Attributes:
        public_key: What checks a signature.
        private_key: What signs; None on a machine that only checks.
    """

    public_key: Ed25519PublicKey
    private_key: Ed25519PrivateKey | None

    @property
    def key_id(self) -> str:
        """First 16 hex digits of the SHA-256 of the public key."""
        raw = self.public_key.public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        return hashlib.sha256(raw).hexdigest()[:16]

    def sign(self, kind: str, sha256: str) -> str:
        """Sign a hash as that of one kind of thing, so that it stands for no other.

        Returns:
            ``ed25519:<key id>:<signature in base64>``.

        Raises:
            EchelonError: ``CONFIGURATION`` if this key can only check.
        """
        if self.private_key is None:
            raise _refused(
                "key_cannot_sign",
                f"{KEY_SETTING} names a public key, which cannot sign",
                "name the private key on the machine that writes",
            )
        signed = self.private_key.sign(f"echelon {kind} {sha256}".encode())
        return f"ed25519:{self.key_id}:{base64.b64encode(signed).decode()}"

    def has_signed(self, kind: str, sha256: str, signature: str) -> bool:
        """Say whether a signature is this key's, of that hash of that kind."""
        algorithm, _, rest = signature.partition(":")
        key_id, _, encoded = rest.partition(":")
        if (algorithm, key_id) != ("ed25519", self.key_id):
            return False
        try:
            self.public_key.verify(
                base64.b64decode(encoded, validate=True),
                f"echelon {kind} {sha256}".encode(),
            )
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Head:
    """How far the audit log has come, kept where the log's writer cannot be assumed.

    Attributes:
        events: Number of lines.
        sha256: SHA-256 of the last of them; empty for none.
        next_sha256: SHA-256 of the line about to be written; empty for none.
    """

    events: int
    sha256: str
    next_sha256: str = ""

    def is_reached_by(self, events: int, sha256: str) -> bool:
        """Say whether a log of so many lines, ending so, is the one this speaks of."""
        return (events, sha256) in (
            (self.events, self.sha256),
            (self.events + 1, self.next_sha256),
        )


def account() -> str:
    """Return the account this process runs under, whatever the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number without a name
        return str(os.getuid())


def load_signer(data_dir: Path) -> Signer | None:
    """Read the key of the settings, None if there is none.

    Args:
        data_dir: Directory of everything a run writes, which may not hold it.

    Returns:
        The signer; one that only checks if the file holds a public key.

    Raises:
        EchelonError: ``CONFIGURATION`` if the file is no Ed25519 key in PEM, or lies
            where what it signs lies.
    """
    path = load_settings().signing_key_file
    if path is None:
        return None
    _refuse_inside(path, data_dir, KEY_SETTING)
    try:
        return _read_key(path.read_bytes())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _refused(
            "bad_signing_key",
            f"{KEY_SETTING}: {path} holds no Ed25519 key in PEM",
            "make one with `echelon key FILE`",
        ) from error


def write_key(path: Path) -> Signer:
    """Make a key pair: the private half in a file of its owner, the other beside it.

    Args:
        path: File for the private key; the public one gets ``.pub`` behind its name.

    Returns:
        The signer.

    Raises:
        EchelonError: ``CONFIGURATION`` if either is there already or cannot be made.
    """
    key = Ed25519PrivateKey.generate()
    public = key.public_key()
    public_path = path.with_name(f"{path.name}.pub")
    try:
        # Before either is made: half a pair would be left, or another pair parted.
        for file in (path, public_path):
            if os.path.lexists(file):
                raise FileExistsError(errno.EEXIST, "it is there already", str(file))
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        with public_path.open("xb") as stream:
            stream.write(
                public.public_bytes(
                    serialization.Encoding.PEM,
                    serialization.PublicFormat.SubjectPublicKeyInfo,
                )
            )
    except OSError as error:
        message = f"{error.filename or path} cannot be made: {error.strerror}"
        hint = "name a new file in a directory of yours"
        raise _refused("key_not_written", message, hint) from error
    return Signer(public, key)


def read_head(data_dir: Path) -> Head | None:
    """Read the head kept elsewhere; None if the settings name no file for it.

    Args:
        data_dir: Directory of everything a run writes, which may not hold it.

    Returns:
        The head, that of an empty log if the file is not there yet.

    Raises:
        EchelonError: ``CONFIGURATION`` if it lies in the data directory,
            ``INTEGRITY`` if it cannot be read.
    """
    path = head_file(data_dir)
    if path is None:
        return None
    if not path.exists():
        return Head(0, "")
    try:
        head = Head(**json.loads(path.read_text(encoding="utf-8")))
        if [type(value) for value in vars(head).values()] != [int, str, str]:
            raise TypeError("a value of another type")
    except (OSError, RecursionError, TypeError, ValueError) as error:
        raise EchelonError(
            ExitCode.INTEGRITY,
            Fault(
                code="audit_head_unreadable",
                message="the head of the audit log kept elsewhere cannot be read",
                file=str(path),
                rule=RULE,
                hint="restore the file; without it a cut log goes unseen",
            ),
        ) from error
    return head


def write_head(data_dir: Path, head: Head) -> None:
    """Keep a head elsewhere, if the settings name a file for it."""
    path = head_file(data_dir)
    if path is None:
        return
    following = path.with_name(f".{path.name}.next")
    try:
        with following.open("w", encoding="utf-8") as stream:
            json.dump(vars(head), stream, sort_keys=True)
            stream.flush()
            os.fsync(stream.fileno())
        following.replace(path)
    except OSError as error:
        message = f"{HEAD_SETTING}: {path} cannot be written: {error.strerror}"
        hint = "name a file in a directory the refresh may write"
        raise _refused("audit_head_unwritable", message, hint) from error


def head_file(data_dir: Path) -> Path | None:
    """Return the file of the head, refused if it lies in the data directory."""
    path = load_settings().audit_head_file
    if path is not None:
        _refuse_inside(path, data_dir, HEAD_SETTING)
    return path


def _read_key(content: bytes) -> Signer:
    if b"PRIVATE KEY" in content:
        private = serialization.load_pem_private_key(content, password=None)
        if isinstance(private, Ed25519PrivateKey):
            return Signer(private.public_key(), private)
    else:
        public = serialization.load_pem_public_key(content)
        if isinstance(public, Ed25519PublicKey):
            return Signer(public, None)
    raise ValueError("not an Ed25519 key")


def _refuse_inside(path: Path, data_dir: Path, setting: str) -> None:
    if path.resolve().is_relative_to(data_dir.resolve()):
        raise _refused(
            "kept_with_what_it_guards",
            f"{setting}: {path} lies in the data directory, whose writers it guards"
            " against",
            "keep it where they cannot write",
        )


def _refused(code: str, message: str, hint: str) -> EchelonError:
    fault = Fault(code, message, rule=RULE, hint=hint)
    return EchelonError(ExitCode.CONFIGURATION, fault)
