import { codesVi } from "./codes";

/** The Vietnamese words; the type of every other language. Codes of the hub stand in `codes.ts`. */
export const vi = {
  product: "Trục liên thông",
  ...codesVi,
  nav: {
    overview: "Tổng quan", messages: "Thông điệp", trace: "Hành trình", where: "Văn bản ở đâu?", deadLetters: "Thư chết", jobs: "Đợt gửi lại",
    held: "Bị giữ lại", connectors: "Bộ kết nối", connector: "Bộ kết nối", connectorNew: "Bộ kết nối mới", routes: "Tuyến", lag: "Độ trễ", directory: "Danh bạ",
    organisation: "Cơ quan", schemas: "Lược đồ", alerts: "Cảnh báo", reports: "Báo cáo", audit: "Nhật ký", users: "Người dùng", system: "Hệ thống", profile: "Cá nhân",
    deadLetter: "Thư chết", job: "Đợt gửi lại",
  },
  notice: {
    loading: "Đang tải…", empty: "Không có gì ở đây", again: "Thử lại", unreachable: "Không liên lạc được với trục",
    next: "Hãy thử lại; nếu vẫn vậy, báo quản trị trục kèm mã lỗi bên dưới.", noScreen: "Không có trang này",
    loadFailed: "Không tải được",
  },
  problems: {
    unauthorized: "Chưa đăng nhập, hoặc tên hay mật khẩu không đúng", forbidden: "Anh/chị không có quyền làm việc này",
    not_found: "Không có, hoặc không thuộc phạm vi anh/chị được xem", unavailable: "Một kho dữ liệu của trục chưa trả lời", overloaded: "Trục đang quá tải",
    invalid_request: "Yêu cầu không đúng dạng", invalid_cursor: "Trang này không còn; hãy mở lại danh sách", conflict: "Không hợp với trạng thái hiện tại",
    too_many_requests: "Quá nhiều lần thử", second_person: "Cần người thứ hai duyệt", count_differs: "Số lượng đã thay đổi so với lúc xem trước",
    unbounded: "Phải chọn ít nhất một điều kiện", body_gone: "Nội dung không còn được lưu", too_many: "Quá nhiều để xuất một lần; hãy thu hẹp bộ lọc",
    internal_error: "Trục gặp lỗi", read_only: "Trục đang ở chế độ chỉ đọc", storage_full: "Đĩa của trục sắp đầy", csrf: "Phiên làm việc đã đổi; hãy tải lại trang",
  },
  problemNext: {
    forbidden: "Nếu cần, hãy đề nghị quản trị hệ thống cấp quyền.", unauthorized: "Kiểm tra tên và mật khẩu rồi thử lại.",
    unreachable: "Kiểm tra kết nối mạng; trang sẽ dùng được lại khi trục trả lời.", not_found: "Kiểm tra lại mã, hoặc tìm lại từ danh sách.",
    second_person: "Nhờ một người khác có quyền mở mục này và duyệt.", unavailable: "Đợi vài giây rồi thử lại; nếu kéo dài, quản trị trục phải xem trang Hệ thống.",
    too_many_requests: "Đợi một lúc rồi thử lại.", count_differs: "Hãy xem trước lại rồi mới xác nhận.",
  },
  shell: {
    skip: "Tới nội dung chính", menu: "Mở hoặc đóng trình đơn", nav: "Các trang", search: "Tìm văn bản, hồ sơ, thông điệp", searchHint: "Mã hồ sơ, mã văn bản…",
    otherLanguage: "Switch to English", signOut: "Đăng xuất", readOnly: "Trục đang ở chế độ chỉ đọc: xem được, không sửa được.",
  },
  live: { off: "Tạm dừng", connecting: "Đang nối", live: "Trực tiếp", reconnecting: "Đang nối lại", toggle: "Tự cập nhật: bật hoặc tắt" },
  help: {
    title: "Phím tắt", search: "Tìm", rows: "Dòng sau, dòng trước", help: "Bảng này", close: "Đóng", off: "Có thể tắt phím tắt ở trang Cá nhân. Trong hành trình: [ và ] sang thông điệp trước, sau.",
  },
  pager: { previous: "Trang trước", next: "Trang sau" },
  reason: { label: "Lý do", hint: "Bắt buộc, từ 3 ký tự; được ghi vào nhật ký. Không ghi dữ liệu cá nhân.", cancel: "Thôi" },
  signIn: {
    title: "Đăng nhập", lead: "Bàn điều hành", name: "Tên đăng nhập", password: "Mật khẩu", submit: "Đăng nhập", again: "Phiên làm việc đã hết",
    againLead: "Đăng nhập lại để làm tiếp. Những gì đang nhập vẫn còn.", giveUp: "Thôi, không làm tiếp", oidc: "Đăng nhập bằng tài khoản của tỉnh",
  },
  password: {
    title: "Đổi mật khẩu", forced: "Mật khẩu này do người khác tạo. Hãy đặt mật khẩu chỉ mình anh/chị biết.", old: "Mật khẩu hiện nay", fresh: "Mật khẩu mới",
    repeat: "Nhập lại mật khẩu mới", differs: "Hai lần nhập chưa giống nhau", rules: "Nên dùng một câu dài, dễ nhớ.", submit: "Đổi mật khẩu", done: "Đã đổi mật khẩu",
  },
  messages: {
    title: "Thông điệp", lead: "Tìm theo mã hồ sơ, mã văn bản, cơ quan, trạng thái. Mặc định: 24 giờ qua.", any: "Tất cả", more: "Thêm điều kiện", filtersLabel: "Bộ lọc",
    empty: "Không có thông điệp nào khớp. Thử nới khoảng thời gian hoặc bỏ bớt điều kiện.", clear: "Xóa bộ lọc", countExactly: "Đếm chính xác",
    exactly: (n: string) => `${n} thông điệp`, about: (n: string) => `Khoảng ${n} thông điệp`, rebuilding: "Chỉ mục đang dựng lại: danh sách có thể còn thiếu.",
    filters: {
      key: "Mã hồ sơ / văn bản", id: "Mã thông điệp", source: "Hệ thống gửi", recipient: "Hệ thống nhận", type: "Loại", outcome: "Quyết định", state: "Trạng thái",
      reason: "Mã lý do", connector: "Bộ kết nối", priority: "Độ khẩn", correlation: "Mã hội thoại", attempts: "Số lần thử từ", range: "Thời gian", since: "Từ", until: "Đến",
    },
    ranges: { "": "24 giờ qua", "1h": "1 giờ qua", "7d": "7 ngày qua", "30d": "30 ngày qua", custom: "Khoảng khác…" },
    columns: { document: "Văn bản", state: "Trạng thái", source: "Nơi gửi", type: "Loại", at: "Quyết định lúc" },
  },
  views: {
    title: "Bộ lọc đã lưu", save: "Lưu bộ lọc", name: "Tên", share: "Chia sẻ cho mọi người", remove: "Xóa", by: (who: string) => `của ${who}`,
  },
  trace: {
    title: "Hành trình", decided: "Quyết định lúc", recipients: "Nơi nhận", noRecipients: "Không gửi tới nơi nào.", since: "từ", owner: "Ai phải xử lý",
    attempts: (n: number) => `đã thử ${n} lần`, total: "tổng", connector: "Bộ kết nối", deadLetter: "Mở thư chết", timeline: "Các bước", onlyFor: "Chỉ xem", everybody: "Mọi nơi nhận",
    leftOut: (n: number) => `Còn ${n} bước không hiện ở đây.`, late: "ghi nhận muộn", detail: "Chi tiết", links: "Liên quan", headers: "Tiêu đề và chữ ký như đã nhận",
    headersAll: "Tiêu đề", signature: "Chữ ký", raw: "JSON của hành trình", who: "Ai phải xử lý", next: "Việc tiếp theo", reasonUnknown: "Bên nhận trả về mã này; xem tài liệu của bên nhận.",
    neighbours: "Trong danh sách", back: "Danh sách", before: "Thông điệp trước", after: "Thông điệp sau",
    owners: { hub: "trục", operator: "người vận hành trục", recipient: "bên nhận", sender: "bên gửi", connector: "bộ kết nối", nobody: "không ai: đã xong", none: "không ai: đã xong", person: "người chọn nơi nhận" },
    linkKinds: { correlation: "Cùng hội thoại", same_key: "Cùng mã văn bản", receipt: "Biên nhận", withdrawal: "Thu hồi thông điệp này", withdrawn_by: "Được thu hồi bởi" },
    facts: {
      title: "Thông điệp", sender: "Bên gửi", onbehalf: "Thay mặt", type: "Loại", schema: "Lược đồ", time: "Bên gửi ghi", received: "Trục nhận", expires: "Hết hạn",
      correlation: "Mã hội thoại", size: "Kích thước", digest: "SHA-256", peer: "Gửi qua", rules: "Phiên bản quy tắc", position: "Vị trí",
    },
    body: {
      title: "Nội dung", lead: "Nội dung đúng từng byte như đã ký. Xem phải có lý do.", gone: "Trục không còn giữ nội dung này.", open: "Xem và tải nội dung",
      noRight: "Anh/chị không có quyền xem nội dung.", audited: "Lần xem này được ghi vào nhật ký: ai, lúc nào, lý do gì.",
    },
  },
};

export type Words = typeof vi;
