/** Words for the hub's codes. A code that is not here is shown as it is: the hub may know more. */
export const codesVi = {
  states: {
    admitted: "Đã nhận", refused: "Bị từ chối", duplicate: "Trùng", attempted: "Đang thử gửi", delivered: "Đã đến", retrying: "Đang gửi lại", planned: "Sẽ gửi (chạy thử)", dead_letter: "Thư chết",
    held: "Bị giữ lại", resumed: "Cho đi tiếp", expired: "Hết hạn", withdrawn: "Đã thu hồi", acknowledged: "Bên nhận đã tiếp nhận", processed: "Đã xử lý xong",
    rejected: "Bên nhận trả lại", verdict: "Kết quả kiểm chữ ký", pending: "Chờ gửi", manual_review: "Chờ người chọn", normal: "Thường", urgent: "Khẩn",
    running: "Đang chạy", paused: "Tạm dừng", stopped: "Đã dừng", stopping: "Đang dừng", starting: "Đang khởi động", waiting: "Đang chờ", failed: "Hỏng", failing: "Đang lỗi", silent: "Im lặng",
    active: "Hoạt động", closed: "Đã đóng", merged: "Đã sáp nhập", split: "Đã chia tách", to_come: "Sẽ thành lập", ending: "Sắp kết thúc", previewed: "Chờ xác nhận", cancelled: "Đã hủy", done: "Xong", ok: "Đạt", denied: "Bị từ chối", assumed: "Coi như đạt", not_checked: "Không kiểm",
  } as Record<string, string>,
  reasons: {
    too_large: "Quá lớn", too_deep: "Lồng quá sâu", malformed_body: "Nội dung hỏng", unsupported_content_type: "Kiểu nội dung không nhận", attribute_missing: "Thiếu thuộc tính",
    attribute_invalid: "Thuộc tính sai", attribute_mismatch: "Thuộc tính không khớp chữ ký", signature_missing: "Thiếu chữ ký", signature_malformed: "Chữ ký sai dạng", wrong_audience: "Ký cho trục khác",
    secret_marking: "Văn bản mật", unknown_object: "Không có tệp được nhắc tới", not_admitted: "Chưa qua tiếp nhận", unknown_system: "Hệ thống chưa đăng ký", system_inactive: "Hệ thống ngừng hoạt động",
    peer_mismatch: "Bên gửi không phải nguồn", not_representative: "Không được ủy quyền", unknown_key: "Khóa chưa đăng ký", key_revoked: "Khóa đã thu hồi", key_compromised: "Khóa bị lộ", key_suspended: "Khóa đang tạm ngừng", key_not_valid: "Khóa chưa hoặc hết hiệu lực",
    algorithm_mismatch: "Sai thuật toán", bad_signature: "Chữ ký không đúng", clock_ahead: "Đồng hồ bên gửi chạy trước", too_old: "Quá cũ", id_reused: "Dùng lại mã", expired: "Hết hạn",
    not_permitted: "Không có quyền gửi", unknown_schema: "Không có lược đồ", schema_mismatch: "Sai lược đồ của loại", schema_violation: "Không đúng lược đồ", document_missing: "Thiếu văn bản ký số", no_recipient: "Không có nơi nhận",
    unknown_recipient: "Nơi nhận chưa đăng ký", no_endpoint: "Nơi nhận không có điểm nhận", bad_delivery_token: "Mã giao sai", unknown_message: "Không có thông điệp được nhắc tới",
    deadline_missing: "Thiếu thời hạn", names_a_person: "Tra cứu người không được có subject", officer_limit: "Cán bộ hết lượt tra cứu", no_answer_to: "Không khớp yêu cầu nào", already_answered: "Đã trả lời", subscribed: "Thêm nơi nhận theo đăng ký",
    peer_refused: "Bên nhận từ chối", outcome_unknown: "Không rõ kết quả lần gửi", peer_unavailable: "Bên nhận không trả lời",
    document_check: "Đang kiểm chữ ký trong văn bản", document_indeterminate: "Chưa xác định được chữ ký trong văn bản: phải có người quyết định", waits_behind_documents: "Chờ sau một thông điệp đang được kiểm chữ ký", document_invalid: "Chữ ký trong văn bản không hợp lệ", held_too_long: "Chờ quá lâu mà không ai quyết định", manual_review: "Phải có người chọn nơi nhận", recipient_chosen: "Người vận hành đã chọn", not_chosen: "Không được chọn", choice_ended: "Không ai chọn nơi nhận kịp", has_it: "Đã có thông điệp", dropped: "Người vận hành đã bỏ",
  } as Record<string, string>,
  levels: { central: "Trung ương", province: "Cấp tỉnh", district: "Cấp huyện", commune: "Cấp xã" } as Record<string, string>,
};

export const codesEn: typeof codesVi = {
  states: {
    admitted: "Admitted", refused: "Refused", duplicate: "Duplicate", attempted: "Attempted", delivered: "Delivered", retrying: "Retrying", planned: "Would be ordered", dead_letter: "Dead letter",
    held: "Held", resumed: "Resumed", expired: "Expired", withdrawn: "Withdrawn", acknowledged: "Acknowledged", processed: "Processed",
    rejected: "Rejected", verdict: "Signature verdict", pending: "Pending", manual_review: "Manual review", normal: "Normal", urgent: "Urgent",
    running: "Running", paused: "Paused", stopped: "Stopped", stopping: "Stopping", starting: "Starting", waiting: "Waiting", failed: "Failed", failing: "Failing", silent: "Silent",
    active: "Active", closed: "Closed", merged: "Merged", split: "Split", to_come: "To come", ending: "Will end", previewed: "To be confirmed", cancelled: "Cancelled", done: "Done", ok: "Ok", denied: "Denied", assumed: "Assumed", not_checked: "Not checked",
  },
  reasons: {
    too_large: "Too large", too_deep: "Too deep", malformed_body: "Malformed body", unsupported_content_type: "Unsupported content type", attribute_missing: "An attribute is missing",
    attribute_invalid: "An attribute is invalid", attribute_mismatch: "Attributes differ from the signed ones", signature_missing: "No signature", signature_malformed: "Malformed signature", wrong_audience: "Signed for another hub",
    secret_marking: "Marked as secret", unknown_object: "Unknown object", not_admitted: "Not admitted", unknown_system: "Unknown system", system_inactive: "System inactive",
    peer_mismatch: "The peer is not the source", not_representative: "Not a representative", unknown_key: "Unknown key", key_revoked: "Key revoked", key_compromised: "Key compromised", key_suspended: "Key suspended", key_not_valid: "Key not valid at that time",
    algorithm_mismatch: "Another algorithm", bad_signature: "Bad signature", clock_ahead: "The sender's clock is ahead", too_old: "Too old", id_reused: "Id used again", expired: "Expired",
    not_permitted: "No access right", unknown_schema: "Unknown schema", schema_mismatch: "Not a schema of the type", schema_violation: "Does not fit the schema", document_missing: "No signed document", no_recipient: "No recipient",
    unknown_recipient: "Unknown recipient", no_endpoint: "The recipient has no endpoint", bad_delivery_token: "Bad delivery token", unknown_message: "Unknown message",
    deadline_missing: "Deadline missing", names_a_person: "A look-up has no subject", officer_limit: "Officer's limit used up", no_answer_to: "Answers no request", already_answered: "Already answered", subscribed: "Given to a subscriber",
    peer_refused: "The recipient refused", outcome_unknown: "Outcome of the call unknown", peer_unavailable: "The recipient does not answer",
    document_check: "The signatures in its documents are being checked", document_indeterminate: "The signatures in its documents are indeterminate: a person must decide", waits_behind_documents: "Waits behind a message whose signatures are being checked", document_invalid: "A signature in its documents is invalid", held_too_long: "It waited too long and nobody decided", manual_review: "A person must choose the recipient", recipient_chosen: "An operator has chosen it", not_chosen: "Not chosen", choice_ended: "Nobody chose the recipient in time", has_it: "It has the message already", dropped: "An operator dropped it",
  },
  levels: { central: "Central", province: "Province", district: "District", commune: "Commune" },
};
