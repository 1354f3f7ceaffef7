"""A letter encrypted with a password (ISO 32000-1, section 7.6), to the byte the same each time.

AES with 128 bits, and only its page: the strings are left plain, as the crypt filter says.
"""

from io import BytesIO

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from pyhanko.pdf_utils.crypt import (
    IDENTITY,
    STD_CF,
    CryptFilterConfiguration,
    StandardAESCryptFilter,
    StandardSecurityHandler,
    StandardSecuritySettingsRevision,
)

from simulator.pdf import Protection, letter

ID, IV = b"mau-mau-mau-mau-", bytes(16)
PAGE_CONTENT = 5


def encrypted_letter(lines, password=""):
    """Return the letter; without a password everybody can open it, as copy protection does."""
    handler = StandardSecurityHandler.build_from_pw_legacy(
        StandardSecuritySettingsRevision.RC4_OR_AES128,
        ID,
        "chu-so-huu-mau",
        password,
        crypt_filter_config=CryptFilterConfiguration(
            {STD_CF: StandardAESCryptFilter(keylen=16)},
            default_stream_filter=STD_CF,
            default_string_filter=IDENTITY,
        ),
    )
    told = BytesIO()
    handler.as_pdf_object().write_to_stream(told)
    key = handler.get_stream_filter().derive_object_key(PAGE_CONTENT, 0)
    how = Protection(hide=lambda data: _aes(key, data), dictionary=told.getvalue(), name=ID)
    return letter(lines, how)


def _aes(key, data):
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(IV)).encryptor()
    return IV + encryptor.update(padder.update(data) + padder.finalize()) + encryptor.finalize()
