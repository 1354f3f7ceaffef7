"""Names and code lists of edXML: QCVN 102:2016/BTTTT with amendment 1:2022."""

from typing import Final

NAMESPACE: Final = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
PREFIX: Final = "edXML"
OLD_NAMESPACES: Final = frozenset({"http://www.e-doc.vn/Schema/", "http://www.go.vn/eDoc"})
"""Of a provincial axis before 2016 and of a mock; read, noted, never written."""

STATUS_CODES: Final = {
    "01": "Đã đến: phần mềm QLVB đã nhận nhưng văn thư chưa xử lý",
    "02": "Từ chối không tiếp nhận văn bản điện tử",
    "03": "Tiếp nhận, vào sổ văn bản đến",
    "04": "Lãnh đạo phân công xử lý",
    "05": "Đang xử lý văn bản đến",
    "06": "Hoàn thành xử lý",
    "13": "Văn thư yêu cầu lấy lại văn bản điện tử kèm lý do",
    "15": "Đồng ý yêu cầu cập nhật, lấy lại",
    "16": "Từ chối yêu cầu cập nhật, lấy lại",
}
"""The defined codes with their usual Description; 07 to 12 and 14 have no definition."""

RAW_EXTENSIONS: Final = frozenset({"pdf", "doc", "docx", "xsl", "xslx", "zip"})
"""Attachments that the reference library sends as they are; all others go in a ZIP. `xsl` and
`xslx` are its spelling of xls and xlsx, so real xls and xlsx files are wrapped."""

CONTAINER_EXTENSIONS: Final = frozenset({"zip", "docx", "xlsx", "pptx", "odt", "ods", "jar"})
"""Files that are ZIPs themselves and stay so, unless the entry's name says that it wraps."""

PAYLOADS: Final = frozenset({"ContentTransferEncoded", "AttachmentData"})
"""Elements whose text is base64; the second is of a home-made form inside the envelope."""

UNPREFIXED: Final = frozenset({"AttachmentEncoded"})
"""Children of the root that stand in the default namespace, without a prefix, with all below them
but the base64 itself. So does the root."""
