import { codesVi } from "./codes";
import { directoryVi } from "./directory";
import { machineVi } from "./machine";
import { repairVi } from "./repair";
import { schemasVi } from "./schemas";
import { sharingVi } from "./sharing";
import { trustVi } from "./trust";

/** The Vietnamese words; the type of every other language. Codes of the hub stand in `codes.ts`. */
export const vi = {
  product: "Trục liên thông",
  ...codesVi,
  ...trustVi,
  ...machineVi,
  ...repairVi,
  ...schemasVi,
  ...sharingVi,
  ...directoryVi,
  nav: {
    shares: "Quyền và đăng ký", share: "Quyền hoặc đăng ký", shareNew: "Đề nghị quyền", versions: "Phiên bản quy tắc", applications: "Kết nối hệ thống", application: "Kết nối hệ thống", applicationNew: "Đăng ký hệ thống",
    topics: "Chủ đề", schedules: "Lịch đọc", overview: "Tổng quan", messages: "Thông điệp", trace: "Hành trình", where: "Văn bản ở đâu?", deadLetters: "Thư chết", jobs: "Đợt gửi lại",
    held: "Bị giữ lại", connectors: "Bộ kết nối", connector: "Bộ kết nối", connectorNew: "Bộ kết nối mới", routes: "Tuyến", lag: "Độ trễ", deadlines: "Thời hạn", directory: "Danh bạ",
    organisation: "Cơ quan", schemas: "Lược đồ", alerts: "Cảnh báo", reports: "Báo cáo", audit: "Nhật ký", users: "Người dùng", user: "Người dùng", requests: "Chờ duyệt", system: "Hệ thống", profile: "Cá nhân",
    reviews: "Chọn nơi nhận", deadLetter: "Thư chết", job: "Đợt gửi lại", documents: "Chờ kiểm chữ ký", certificates: "Chứng thư số", certificate: "Chứng thư số", compromises: "Lộ khóa", compromise: "Báo lộ khóa", transparency: "Nhật ký minh bạch",
  },
  notice: {
    loading: "Đang tải…", empty: "Không có gì ở đây", again: "Thử lại", unreachable: "Không liên lạc được với trục",
    next: "Hãy thử lại; nếu vẫn vậy, báo quản trị trục kèm mã lỗi bên dưới.", noScreen: "Không có trang này",
    refresh: "Làm mới",
  },
  problems: {
    wall_only: "Phiên này chỉ để hiển thị trên tường", group_fixed: "Vị trí của nhóm đọc này không chuyển bằng tay được",
    unauthorized: "Chưa đăng nhập, hoặc tên hay mật khẩu không đúng", forbidden: "Anh/chị không có quyền làm việc này",
    not_found: "Không có, hoặc không thuộc phạm vi anh/chị được xem", unavailable: "Một kho dữ liệu của trục chưa trả lời", overloaded: "Trục đang quá tải",
    invalid_request: "Yêu cầu không đúng dạng", invalid_cursor: "Trang này không còn; hãy mở lại danh sách", conflict: "Không hợp với trạng thái hiện tại",
    too_many_requests: "Quá nhiều lần thử", 
    no_own_system: "Trục không có hệ thống riêng để ký bản mới", body_gone: "Nội dung không còn được lưu", too_many: "Quá nhiều để xuất một lần; hãy thu hẹp bộ lọc",
    internal_error: "Trục gặp lỗi", read_only: "Trục đang ở chế độ chỉ đọc", storage_full: "Đĩa của trục sắp đầy", csrf_refused: "Phiên làm việc đã đổi; hãy tải lại trang",
    unknown_entity: "Không có đối tượng này", in_use: "Đang được dùng, chưa xóa được", retired: "Tên đã dùng trước đây, không dùng lại",
    incompatible_schema: "Không tương thích với các phiên bản trước", schema_state: "Phiên bản lược đồ đang ở trạng thái khác",
    already_published: "Đã công bố, không đổi được", unsafe_schema: "Lược đồ không an toàn", key_unusable: "Khóa không dùng được",
    loops: "Bản tin sẽ quay lại nơi gửi", ended: "Đăng ký đã chấm dứt", subscription_fixed: "Hệ thống và loại của đăng ký không đổi được", unknown_fact: "Không có trường này để lọc", past_gone: "Quá khứ đó không còn giữ", no_proposal: "Loại thay đổi này không chờ người thứ hai", not_conforming: "Chưa đủ danh mục kiểm tra",
    key_taken: "Khóa đã thuộc hệ thống khác", key_revoked: "Khóa đã bị thu hồi", bad_proof: "Chứng minh giữ khóa không đúng",
    certificate_refused: "Chứng thư không được chấp nhận", certificate_foreign: "Chứng thư của khóa hoặc cơ quan khác", certificate_unchecked: "Chưa kiểm tra được chứng thư, thử lại sau",
    cycle: "Cơ quan trở thành cấp trên hoặc cơ quan kế tục của chính mình", code_taken: "Mã này đang thuộc cơ quan khác trong thời gian đó",
    competence_taken: "Địa bàn này đã có cơ quan khác xử lý loại này", unreadable: "Tệp không đúng định dạng đã khai",
    endpoint_taken: "Loại này đã có điểm nhận khác", not_itself: "Không thể trỏ vào chính mình", adapter_unusable: "Loại bộ kết nối không dùng được",
    config_refused: "Cấu hình không hợp lệ", connector_fixed: "Loại và hệ thống của bộ kết nối không đổi được",
    network_refused: "Mạng này không được phép", second_person_needed: "Cần người thứ hai: ai yêu cầu thì không tự duyệt",
    connector_not_stopped: "Phải dừng bộ kết nối trước khi xoá", connector_holds: "Còn thông điệp hoặc thư chết trong bộ kết nối; xử lý hết trước đã",
    signal_unsupported: "Bộ kết nối loại này không làm gì với tín hiệu đó",
    count_differs: "Số lượng đã khác lúc xem trước", job_state: "Đợt này không ở trạng thái cho phép", unbounded: "Phải chọn ít nhất một điều kiện",
    too_many_views: "Đã lưu quá nhiều bộ lọc", name_taken: "Tên đã có người dùng", password_refused: "Mật khẩu mới chưa đạt",
    password_wrong: "Mật khẩu hiện nay không đúng", role_refused: "Vai trò này không cấp được như vậy",
    no_longer_fits: "Không còn hợp với hiện trạng", decided: "Đã có người quyết định", invalid_multipart: "Yêu cầu nhiều phần không đúng dạng",
    body_incomplete: "Yêu cầu bị đứt giữa chừng", body_timeout: "Yêu cầu đến quá chậm", invalid_client: "Phần mềm không được nhận",
    sign_in_refused: "Tên hay mật khẩu không đúng, hoặc tài khoản đang bị khóa", no_rights: "Tài khoản chưa có vai trò nào",
    password_change_needed: "Phải đổi mật khẩu trước", method_not_allowed: "Cách gọi không được phép",
    not_acceptable: "Không trả lời được theo dạng yêu cầu", range_not_satisfiable: "Khoảng nằm ngoài tệp",
  },
  problemNext: {
    forbidden: "Nếu cần, hãy đề nghị quản trị hệ thống cấp quyền.", unauthorized: "Đăng nhập lại rồi thử.", sign_in_refused: "Kiểm tra tên và mật khẩu rồi thử lại; sau nhiều lần sai phải đợi.",
    unreachable: "Kiểm tra kết nối mạng; trang sẽ dùng được lại khi trục trả lời.", not_found: "Kiểm tra lại mã, hoặc tìm lại từ danh sách.",
    second_person_needed: "Nhờ một người khác có quyền mở mục này và duyệt.", unavailable: "Đợi vài giây rồi thử lại; nếu kéo dài, quản trị trục phải xem trang Hệ thống.",
    too_many_requests: "Đợi một lúc rồi thử lại.", count_differs: "Hãy xem trước lại rồi mới xác nhận.",
  },
  shell: {
    skip: "Tới nội dung chính", menu: "Mở hoặc đóng trình đơn", nav: "Các trang", search: "Tìm văn bản, hồ sơ, thông điệp", searchHint: "Mã hồ sơ, mã văn bản…",
    otherLanguage: "English", signOut: "Đăng xuất",
  },
  readOnly: {
    banner: "Trục đang ở chế độ chỉ đọc: xem được, không sửa được.", by: (who: string) => `Do ${who} bật lúc`, fixed: "Cài đặt HUB_API_READ_ONLY giữ chế độ này; tắt bằng cách khởi động lại không có cài đặt ấy.", ask: "Cần sửa gì thì nhờ quản trị viên tắt trong trang Hệ thống.",
    stopped: "Trục đang ở chế độ chỉ đọc", title: "Chế độ chỉ đọc", lead: "Khi bật, không ai thay đổi được gì qua bàn điều hành và API; thông điệp vẫn chạy như thường.", on: "Đang bật", off: "Đang tắt", turnOn: "Bật chế độ chỉ đọc", turnOff: "Tắt chế độ chỉ đọc",
  },
  edit: { add: "Thêm", change: "Sửa", save: "Lưu", act: "Việc", done: "Đã làm" },
  live: { off: "Tạm dừng", connecting: "Đang nối", live: "Trực tiếp", reconnecting: "Đang nối lại", toggle: "Tự cập nhật: bật hoặc tắt" },
  help: {
    title: "Phím tắt", search: "Tìm", rows: "Dòng sau, dòng trước", help: "Bảng này", close: "Đóng", off: "Có thể tắt phím tắt ở trang Cá nhân. Trong hành trình: [ và ] sang thông điệp trước, sau.",
  },
  pager: { previous: "Trang trước", next: "Trang sau" },
  reason: { label: "Lý do", hint: "Bắt buộc, từ 3 ký tự; được ghi vào nhật ký. Không ghi dữ liệu cá nhân.", cancel: "Thôi" },
  signIn: {
    title: "Đăng nhập", lead: "Bàn điều hành", name: "Tên đăng nhập", password: "Mật khẩu", submit: "Đăng nhập", again: "Phiên làm việc đã hết",
    againLead: "Đăng nhập lại để làm tiếp. Những gì đang nhập vẫn còn.", giveUp: "Thôi, không làm tiếp", provider: (name: string) => `Đăng nhập bằng ${name}`,
  },
  password: {
    title: "Đổi mật khẩu", forced: "Mật khẩu này do người khác tạo. Hãy đặt mật khẩu chỉ mình anh/chị biết.", old: "Mật khẩu hiện nay", fresh: "Mật khẩu mới",
    repeat: "Nhập lại mật khẩu mới", differs: "Hai lần nhập chưa giống nhau", rules: "Nên dùng một câu dài, dễ nhớ.", submit: "Đổi mật khẩu", done: "Đã đổi mật khẩu",
  },
  messages: {
    title: "Thông điệp", lead: "Tìm theo mã hồ sơ, mã văn bản, cơ quan, trạng thái. Mặc định: 24 giờ qua.", any: "Tất cả", more: "Thêm điều kiện", filtersLabel: "Bộ lọc",
    empty: "Không có thông điệp nào khớp. Thử nới khoảng thời gian hoặc bỏ bớt điều kiện.", clear: "Xóa bộ lọc", countExactly: "Đếm chính xác",
    exactly: (n: string) => `${n} thông điệp`, about: (n: string) => `Khoảng ${n} thông điệp`,
    withoutReceipts: "Ẩn", withReceipts: "Hiện cả biên nhận, thu hồi",
    filters: {
      source_organisation: "Cơ quan gửi (mã)", recipient_organisation: "Cơ quan nhận (mã)", dataschema: "Lược đồ", receipts: "Biên nhận",
      key: "Mã hồ sơ / văn bản", id: "Mã thông điệp", source: "Hệ thống gửi", recipient: "Hệ thống nhận", type: "Loại", outcome: "Quyết định", state: "Trạng thái",
      reason: "Mã lý do", connector: "Bộ kết nối", priority: "Độ khẩn", correlation: "Mã hội thoại", attempts: "Số lần thử từ", route: "Tuyến (gửi/nhận/loại)", trace: "Mã vết (trace id)", verdict: "Chữ ký văn bản", retried: "Đã gửi lại", size_from: "Cỡ từ (byte)", size_to: "Cỡ đến (byte)", range: "Thời gian", since: "Từ", until: "Đến",
    },
    retriedYes: "Đã gửi lại", retriedNo: "Chưa gửi lại", noVerdict: "Chưa kiểm",
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
    owners: { hub: "trục", operator: "người vận hành trục", recipient: "bên nhận", sender: "bên gửi", connector: "bộ kết nối", nobody: "không ai: đã xong", none: "không ai: đã xong", person: "người phải quyết định" },
    linkKinds: { corrected_copy: "Bản sửa của thông điệp này", copy_of: "Là bản sửa của", correlation: "Cùng hội thoại", same_key: "Cùng mã văn bản", receipt: "Biên nhận", withdrawal: "Thu hồi thông điệp này", withdrawn_by: "Được thu hồi bởi" },
    facts: {
      title: "Thông điệp", sender: "Bên gửi", onbehalf: "Thay mặt", type: "Loại", schema: "Lược đồ", time: "Bên gửi ghi", received: "Trục nhận", expires: "Hết hạn",
      correlation: "Mã hội thoại", size: "Kích thước", digest: "SHA-256", peer: "Gửi qua", rules: "Phiên bản quy tắc", position: "Vị trí",
    },
    body: {
      title: "Nội dung", lead: "Nội dung đúng từng byte như đã ký. Xem phải có lý do.", gone: "Trục không còn giữ nội dung này.", open: "Xem và tải nội dung",
      noRight: "Anh/chị không có quyền xem nội dung.", audited: "Lần xem này được ghi vào nhật ký: ai, lúc nào, lý do gì.",
    },
  },
  overview: {
    title: "Tổng quan", lead: "Trục khỏe không, 24 giờ qua.", admitted: "Đã nhận", delivered: (n: string) => `${n} lượt đã đến nơi`, arrived: "Đã đến", refused: "Bị từ chối",
    success: (rate: string) => `${rate} được nhận`, waiting: "Chờ gửi", oldest: (time: string) => `lâu nhất ${time}`, nothingWaits: "không có gì chờ lâu", deadLetters: "Thư chết",
    review: "Chờ người xử lý", connectors: "Bộ kết nối đang chạy", notRunning: (n: string) => `${n} không chạy`, lag: "Độ trễ lớn nhất", quarantine: "Bị giữ lại",
    heat: "Xem theo từng cặp", expiring: "Khóa sắp hết hạn (30 ngày)", alerts: "Cảnh báo đang báo", notTaken: (n: string) => `${n} chưa ai nhận`, part: "Số liệu của phần anh/chị được xem, không phải của cả trục.",
    calm: "Không có gì phải xử lý.", trouble: "Cần xử lý", oldestLine: (time: string) => `Chưa đến nơi đã ${time}:`, flow: "Luồng trong tỉnh", flowBy: "Theo", byLevel: "Cấp", byOrganisation: "Cơ quan",
    bySystem: "Hệ thống", noFlow: "Chưa có thông điệp nào.", flowTable: "Xem dưới dạng bảng", flowLabel: (n: string) => `Sơ đồ luồng: ${n} tuyến; bảng bên dưới có cùng số liệu.`,
    from: "Nơi gửi", to: "Nơi nhận", nowhere: "Bị từ chối", waysLeftOut: (n: string) => `Còn ${n} tuyến ít hơn không hiện.`, day: "24 giờ qua, mỗi 5 phút", time: "Lúc",
    dayLabel: (a: string, d: string, r: string) => `Trong 24 giờ: ${a} đã nhận, ${d} lượt đã đến, ${r} bị từ chối.`,
  },
  deadLetters: {
    title: "Thư chết", one: "Thư chết", lead: "Trục đã ngừng thử. Sửa nguyên nhân trước, rồi gửi lại cả nhóm.", byCause: "Theo nguyên nhân", oneByOne: "Từng thư",
    filters: { connector: "Bộ kết nối", code: "Mã lý do", system: "Hệ thống nhận", fingerprint: "Dấu nguyên nhân" },
    none: "Không có thư chết nào.", noConnector: "không bộ kết nối nào giữ", first: "đầu tiên", last: "gần nhất", show: "Xem từng thư", retryAll: "Gửi lại tất cả…", dropAll: "Bỏ tất cả…",
    all: { retry: (n: string) => `Gửi lại ${n} thư`, drop: (n: string) => `Bỏ ${n} thư` }, preview: "Xem trước", previewLead: "Chưa làm gì ngay. Bước sau cho biết đúng số lượng rồi mới xác nhận; trên 500 thư cần người thứ hai.",
    ticked: (n: string) => `Đã chọn ${n}`, tick: "Chọn", message: "Thông điệp", recipient: "Nơi nhận", cause: "Nguyên nhân", attempts: "Số lần thử", at: "Từ lúc", peerCode: "Mã của bên nhận", text: "Ghi chú",
    open: "Chờ xử lý", ended: "Đã kết thúc", retry: "Gửi lại", drop: "Bỏ", ordered: (n: string) => `Đã ra lệnh cho ${n} thư`,
    means: { retry: "Trục thử lại ngay. Nếu không rõ lần trước đã tới chưa, hãy hỏi bên nhận trước: có thể tới hai lần.", drop: "Trục thôi không gửi nữa; bên gửi thấy là hết hạn, các thư sau cùng khóa được đi tiếp." },
  },
  jobs: {
    title: "Đợt gửi lại", one: "Đợt gửi lại", lead: "Một quyết định cho nhiều thư chết, do trục tự làm, kể cả khi khởi động lại.", none: "Chưa có đợt nào.", what: "Việc", state: "Trạng thái", progress: "Đã làm",
    askedBy: "Người yêu cầu", askedAt: "Lúc", actions: (action: string, n: string) => (action === "drop" ? `Bỏ ${n} thư` : `Gửi lại ${n} thư`), filter: "Bộ lọc", reason: "Lý do", confirmedBy: "Người xác nhận", endedAt: "Kết thúc",
    secondPerson: "Nhiều thư: một người khác người yêu cầu phải xác nhận.", confirm: (n: string) => `Xác nhận ${n} thư`, pause: "Tạm dừng", resume: "Làm tiếp", cancel: "Hủy đợt",
    items: "Từng thư", message: "Thông điệp", recipient: "Nơi nhận", cause: "Nguyên nhân", result: "Nay",
  },
  held: {
    title: "Bị giữ lại", lead: "Do lỗi của trục, không phải của bên gửi. Sau khi sửa lỗi, cho đi tiếp.", none: "Không giữ thông điệp nào.", message: "Thông điệp", reason: "Vì", at: "Từ lúc", act: "Việc",
    release: "Cho đi tiếp", means: "Trục quyết định lại thông điệp này và những thông điệp chờ sau nó.", more: "Còn nữa: xử lý những mục này trước.",
  },
  connectors: {
    title: "Bộ kết nối", one: "Bộ kết nối", lead: "Nối trục với phần mềm của cơ quan và các hệ thống quốc gia.", fresh: "Thêm bộ kết nối", freshLead: "Chọn loại, hệ thống, rồi cấu hình.", none: "Chưa có bộ kết nối nào.",
    name: "Tên", state: "Trạng thái", system: "Hệ thống", waiting: "Đang chờ", lag: "Trễ", deadLetters: "Thư chết", lastSuccess: "Gửi được gần nhất", adapter: "Loại", wanted: "Mong muốn", delivered: "Đã gửi", failed: "lỗi", heard: "Báo cáo lúc",
    orders: { pause: "Tạm dừng", resume: "Chạy tiếp", stop: "Dừng hẳn", restart: "Khởi động lại" },
    means: {
      pause: "Giữ kết nối nhưng không gửi nhận; thông điệp chờ trong hàng.", resume: "Gửi nhận lại, bắt đầu từ những gì đang chờ.",
      stop: "Làm nốt việc đang làm rồi ngắt mọi kết nối. Thông điệp chờ trong hàng.", restart: "Ngắt rồi nối lại từ đầu, đọc lại cấu hình và khóa.",
    },
    told: "Đã ra lệnh", history: "Ai đã đổi gì", test: "Kiểm tra kết nối", testing: "Đang kiểm tra…", testOk: "Kết nối tốt", noAnswer: "Chưa có trả lời", config: "Cấu hình", edit: "Sửa", save: "Lưu cấu hình", saved: "Đã lưu cấu hình", make: "Tạo bộ kết nối",
    unreadable: (name: string) => `Không đọc được giá trị của ${name}.`, lines: "Mỗi dòng một giá trị", json: "JSON", secret: "Tham chiếu tới khóa (env:, file:, vault:…), không phải chính khóa", nameHint: "Chữ thường, số, gạch nối; 3–63 ký tự", systemHint: "Hệ thống mà bộ kết nối phục vụ",
  },
  networks: {
    title: "Mạng được gọi tới", none: "Chưa xin mạng nội bộ nào.", cidr: "Mạng (CIDR)", cidrHint: "Ví dụ 10.20.30.0/24", state: "Trạng thái", asked: "Người xin", act: "Việc", approved: (who: string) => `${who} đã duyệt`, waits: "Chờ người thứ hai duyệt",
    ask: "Xin mở mạng", approve: "Duyệt", withdraw: "Thu lại",
  },
  routes: {
    title: "Tuyến", lead: "Ai được gửi loại gì cho ai, và tới đâu. Không có trong bảng là bị từ chối.", table: "Bảng tuyến", simulator: "Thử một thông điệp", none: "Không có quyền gửi nào khớp.",
    filters: { sender: "Hệ thống gửi", type: "Loại", recipient: "Nơi nhận" }, leadsTo: "Tới", more: (n: string) => `và ${n} nơi nữa`, rules: (n: number) => `Quy tắc phiên bản ${n}`,
    simulatorLead: "Trục quyết định như thật theo quy tắc hiện nay, nhưng không lưu và không gửi gì.", simulate: { source: "Hệ thống gửi", type: "Loại", recipients: "Nơi nhận", dataschema: "Lược đồ", subject: "Mã văn bản", body: "Nội dung (JSON)" },
    recipientsHint: "Mỗi dòng một địa chỉ, ví dụ urn:hub:org:H99.22", bodyHint: "Bỏ trống thì không kiểm lược đồ. Chỉ dùng dữ liệu mẫu.", bodyBroken: "Nội dung không phải JSON.", run: "Thử", outcome: "Kết quả", deliveries: "Sẽ gửi tới", nowhere: "Không tới nơi nào.", choose: (address: string) => `Người vận hành sẽ chọn nơi nhận thay ${address}:`,
    steps: { admission: "Tiếp nhận", signature: "Chữ ký", deduplication: "Trùng lặp", authorisation: "Quyền gửi", validation: "Lược đồ", routing: "Định tuyến" } as Record<string, string>,
  },
  lag: {
    title: "Độ trễ", lead: "Mỗi bộ phận còn bao nhiêu thông điệp chưa đọc, và chậm bao nhiêu giây.", asOf: "Lúc", unknown: "Không hỏi được", stuck: "Đứng yên", moves: "Đang đọc", behind: (n: string, time: string) => `${n} thông điệp, ${time}`,
    partition: "Phân vùng", committed: "Đã đọc tới", end: "Cuối", messages: "Còn", seconds: "Chậm",
  },
  directory: {
    title: "Danh bạ", one: "Cơ quan", lead: "Cơ quan theo cấp, mã, hệ thống, khóa và quyền.", find: "Tìm theo tên hoặc mã", none: "Chưa có cơ quan nào.", many: (n: string) => `${n} cơ quan`, level: "Cấp", parent: "Trực thuộc", state: "Trạng thái", sent: "Đã gửi",
    systems: "Hệ thống", system: "Hệ thống", name: "Tên", codes: "Mã định danh", code: "Mã", scheme: "Bộ mã", valid: "Hiệu lực", keys: "Khóa", algorithm: "Thuật toán", thumbprint: "Dấu khóa", endpoints: "Điểm nhận", types: "Loại", rights: "Quyền gửi", to: "Nơi nhận",
    noneOfThese: "Chưa có.",
    onboarding: { title: "Sẵn sàng trao đổi?", codes: "Có mã định danh", systems: "Có hệ thống", keys: "Có khóa ký", endpoints: "Có điểm nhận", rights: "Có quyền gửi", done: "Có", missing: "Thiếu", test: "Thử bằng một thông điệp mẫu:" },
  },
  schemas: { all: "Tất cả", title: "Lược đồ", lead: "Dạng của nội dung từng loại. Bản đã công bố không bao giờ đổi.", none: "Chưa công bố lược đồ nào.", compare: "So với", onlyOne: "Chỉ có một bản", subject: "Lược đồ", versions: "Phiên bản", type: "Loại", senders: "Hệ thống gửi", takers: "Cơ quan nhận",
    check: { title: "Thử một mẫu", sample: "Nội dung mẫu (JSON)", hint: "Chỉ dùng dữ liệu mẫu. Trục kiểm rồi quên ngay.", run: "Kiểm", fits: "Đúng lược đồ", broken: "Chưa đúng lược đồ", pointer: "Chỗ (JSON Pointer)", keyword: "Quy định", rule: "Yêu cầu", whole: "toàn bộ" },
  },
  audit: {
    title: "Nhật ký", lead: "Ai đã làm, đã xem, hay bị từ chối điều gì, lúc nào, vì sao.", filters: { actor: "Người", action: "Việc", target: "Đối tượng", result: "Kết quả" }, results: { done: "Đã làm", denied: "Bị từ chối", failed: "Không thành" } as Record<string, string>,
    at: "Lúc", what: "Việc", reason: "Lý do", before: "Trước", after: "Sau", address: "Từ địa chỉ", more: (n: string) => `và ${n} mục nữa`,
  },
  requests: {
    title: "Chờ duyệt", lead: "Việc rủi ro cần hai người: một người xin, một người khác duyệt.", all: "Cả việc đã quyết", none: "Không có gì chờ duyệt.", kinds: { dead_letter_redirect: "Gửi thư chết tới nơi khác", corrected_copy: "Bản sửa của thông điệp", connector_network: "Mở mạng cho bộ kết nối", roles: "Cấp vai trò", administrator_token: "Mã truy cập quản trị", group_offsets: "Chuyển vị trí nhóm đọc", key_compromise: "Báo lộ khóa", rules: "Đổi quy tắc", schema: "Lược đồ", provider_group: "Nhóm ở nhà cung cấp định danh" } as Record<string, string>,
    decisions: { waiting: "Chờ duyệt", approved: "Đã duyệt", refused: "Không duyệt", withdrawn: "Đã rút" } as Record<string, string>, askedBy: "Người xin", payload: "Nội dung", approve: "Duyệt", refuse: "Không duyệt", withdraw: "Rút lại",
  },
  users: {
    title: "Người dùng", one: "Người dùng", lead: "Ai được đăng nhập, với vai trò nào.", add: "Thêm người", name: "Tên", login: "Tên đăng nhập", loginHint: "Chữ thường, số, dấu chấm, gạch nối", display: "Họ tên", roles: "Vai trò", signsIn: "Đăng nhập bằng", byPassword: "mật khẩu", state: "Trạng thái",
    disabled: "Đã khóa", enabled: "Được vào", made: (who: string) => `Đã tạo tài khoản cho ${who}`, firstPassword: "Mật khẩu đầu tiên, chỉ hiện lần này:", waits: "Vai trò này có hiệu lực sau khi người thứ hai duyệt.", matrix: "Quyền của từng vai trò", right: "Quyền", yes: "có", no: "không",
    second: "cần người thứ hai duyệt", organisation: "Trong cơ quan (mã)", wholeHub: "Bỏ trống: toàn trục", madeBy: "Người tạo", rights: "Được làm", done: "Đã làm", orders: { roles: "Đổi vai trò", disable: "Khóa", enable: "Mở khóa", reset: "Cấp lại mật khẩu" },
    groups: {
      title: "Nhóm ở nhà cung cấp định danh", lead: "Ai đăng nhập qua nhà cung cấp thì có vai trò của các nhóm mình. Thêm quyền cần người thứ hai duyệt; bớt quyền có hiệu lực ngay, ai đang vào bằng nhà cung cấp phải đăng nhập lại.",
      none: "Chưa đặt nhóm nào: không ai vào được qua nhà cung cấp.", group: "Nhóm", add: "Thêm nhóm", change: "Đổi vai trò của nhóm", setBy: "Người đặt", settings: "cấu hình trục", nothing: "không có vai trò",
    },
  },
  where: {
    title: "Văn bản ở đâu?", lead: "Nhập mã hồ sơ hoặc mã văn bản của cơ quan mình.", key: "Mã", ask: "Tra cứu", start: "Nhập mã để tra cứu", none: "Không có văn bản nào mang mã này trong phạm vi cơ quan anh/chị.", by: "hạn", overdue: "quá hạn", leftOut: (n: string) => `Còn ${n} nơi nhận không hiện.`,
  },
  system: {
    title: "Hệ thống", lead: "Tiến trình, quy tắc đang dùng, các loại bộ kết nối đã cài.", api: "Giao diện (API)", ready: "Sẵn sàng", notReady: "Chưa sẵn sàng", rules: "Quy tắc", published: "Đã tới bộ định tuyến", notPublished: "Chưa tới bộ định tuyến", version: "Phiên bản",
    adapters: "Loại bộ kết nối", name: "Tên", package: "Gói", problem: "Vấn đề", machine: "Máy chủ", hub: "Phần mềm trục", database: "Cơ sở dữ liệu", disk: "Đĩa của trục", free: (free: string, total: string) => `còn ${free} trong ${total}`,
    brokers: "Máy Kafka", noBroker: "Không máy nào trả lời", controller: "điều khiển",
  },
  logs: {
    title: "Nhật ký tiến trình", lead: "200 dòng cuối trên máy đang trả lời; bí mật và thứ giống dữ liệu cá nhân đã được che.", process: "Tiến trình", level: "Từ mức", none: "Không có dòng nào từ mức này, hoặc máy này không giữ nhật ký của tiến trình ấy.",
    levels: { debug: "Chi tiết", info: "Thông tin", warning: "Cảnh báo", error: "Lỗi", critical: "Nghiêm trọng" } as Record<string, string>,
  },
  bundle: {
    title: "Gói hỗ trợ", lead: "Một tệp cho người hỗ trợ: phiên bản, cấu hình, trạng thái, độ trễ, các dòng nhật ký cuối. Không có nội dung văn bản, không có khóa.", make: "Lập gói hỗ trợ",
    means: "Có tên hệ thống và cơ quan trong gói: hãy đọc trước khi gửi đi. Việc lập gói được ghi vào nhật ký.",
  },
  profile: {
    title: "Cá nhân", looks: "Hiển thị", language: "Ngôn ngữ", theme: "Màu nền", themes: { system: "Theo máy", light: "Sáng", dark: "Tối" }, zone: "Múi giờ", zones: { vietnam: "Việt Nam (UTC+7)" }, start: "Trang mở đầu", lastScreen: "Trang mở gần nhất", notKept: "Chưa lưu được vào tài khoản: trình duyệt này đã đổi, máy khác thì chưa. Hãy chọn lại sau.", shortcuts: "Dùng phím tắt một ký tự",
    rights: "Vai trò và quyền", sessions: "Các lần đăng nhập", thisSession: "Lần này", signedIn: "vào lúc", seen: "hoạt động", everywhere: "Đăng xuất mọi nơi",
  },
  figures: {
    organisation: "Cơ quan (mã)", organisation_name: "Cơ quan", level: "Cấp", procedure: "Thủ tục", n: "Số lượng", on_time: "Đúng hạn", late: "Trễ hạn", open: "Đang làm", overdue: "Quá hạn", near: "Sắp hạn", online: "Trực tuyến",
    satisfied: "Hài lòng", outcome: "Kết quả", due: "Phải nộp", paid: "Đã nộp", refunded: "Đã hoàn", system: "Hệ thống", type: "Loại", mean_ms: "Trung bình", p50_ms: "50 %", p95_ms: "95 %", p99_ms: "99 %", recipient: "Nơi nhận", state: "Trạng thái",
    since: "Từ lúc", seconds: "Đã chờ", last_heard: "Nghe lần cuối", a_day: "Mỗi ngày", office_hours: "Giờ làm việc im lặng", what_vi: "Việc", what: "Việc", subject: "Mã", due_at: "Hạn", days_left: "Còn (ngày)", rule: "Quy tắc", metric: "Chỉ số",
    threshold: "Ngưỡng", for_seconds: "Kéo dài (giây)", severity: "Mức", an_hour: "Tối đa mỗi giờ", phase: "Giai đoạn", value: "Giá trị", taken_by: "Người nhận xử lý", told: "Đã báo", at: "Lúc", subjects: "Về", count: "Số", until: "Đến", reason: "Lý do",
    made_by: "Người đặt", notice: "Tin", channel: "Kênh", attempts: "Số lần thử", told_at: "Báo lúc", problem: "Vấn đề", name: "Tên", above: "Vượt ngưỡng", days: "Trong (ngày)", id: "Số",
    kind: "Loại kênh", target: "Nơi nhận tin", least: "Từ mức", working_days: "Hạn (ngày làm việc)", warn_days: "Báo trước (ngày làm việc)", day: "Ngày", works: "Là", note: "Ghi chú", made_at: "Tạo lúc", condition: "Điều kiện", source: "Hệ thống gửi", arrived: "Đã đến", failed: "Không đến",
  } as Record<string, string>,
  values: {
    severity: { info: "Để biết", warning: "Cần xem", critical: "Nghiêm trọng" }, least: { info: "Để biết", warning: "Cần xem", critical: "Nghiêm trọng" }, kind: { email: "Thư điện tử", webhook: "Gọi web", message: "Tin nhắn" },
    phase: { pending: "Sắp báo", firing: "Đang báo" }, told: { firing: "Bắt đầu", resolved: "Đã hết" }, above: { true: "trên", false: "dưới" }, works: { true: "làm bù", false: "nghỉ" }, flag: { true: "có", false: "không" },
  } as Record<string, Record<string, string>>,
  reports: {
    title: "Báo cáo", lead: "Chỉ số theo cấp, cơ quan, thủ tục. Mặc định: 30 ngày qua.", since: "Từ ngày", until: "Đến ngày", all: "Tổng hợp", none: "Chưa có số liệu trong khoảng này.",
    reports: { timeliness: "Đúng hạn", online: "Trực tuyến", satisfaction: "Hài lòng", payments: "Lệ phí", delays: "Độ trễ", pairs: "Từng cặp", oldest: "Tồn đọng", silent: "Im lặng" },
    overdue: "Hồ sơ quá hạn", near: "Hồ sơ sắp hạn", waiting: "Thông điệp đang chờ", oldest: "lâu nhất từ", silent: "Hệ thống im lặng", level: "Cấp", whole: "Tất cả các cấp", onTime: "Đúng hạn", late: "Trễ hạn", online: "Trực tuyến", satisfied: "Hài lòng",
  },
  freshness: {
    never: "Chưa có chỉ số: tiến trình tính chỉ số chưa chạy lần nào.", rebuilding: (done: string, of: string) => `Đang dựng lại chỉ số: ${done} trên ${of} sự kiện`, progress: "Đã dựng lại",
    tooSmall: "Các con số dưới đây còn thiếu cho đến khi xong; cảnh báo theo chỉ số tạm dừng. Bắt đầu lúc", asOf: "Số liệu đến", behind: (n: string) => `còn ${n} sự kiện chưa tính`,
  },
  deadlines: { title: "Thời hạn", lead: "Quá hạn, và đến hạn trong 60 ngày.", none: "Không có gì sắp hết hạn.", what: "Việc", kinds: { dossier: "Hồ sơ", task: "Phần việc liên thông", petition: "Phản ánh, kiến nghị", letter: "Văn bản", payment: "Phí, lệ phí", key: "Khóa ký", quota: "Hạn mức trong ngày", disk: "Đĩa" } as Record<string, string>, forecast: "Dự báo", within: (n: string) => `trong ${n} ngày`,
    tabs: { "": "Đến hạn", limits: "Hạn xử lý", days: "Ngày làm việc", feeds: "Lịch của tôi" },
    limitLead: "Mỗi thủ tục được làm trong bao nhiêu ngày làm việc. Thủ tục không có ở đây thì theo hạn ghi trong hồ sơ.", noLimit: "Chưa đặt hạn cho thủ tục nào.", procedureHint: "Mã thủ tục, ví dụ 1.004603", workingDaysHint: "Bỏ trống: theo hạn ghi trong hồ sơ",
    limit: { add: "Thêm hạn xử lý", remove: "Bỏ", removeMeans: "Thủ tục này sẽ theo hạn ghi trong hồ sơ." },
    dayLead: "Ngày làm bù, nghỉ bù. Thứ bảy, chủ nhật và ngày lễ theo luật thì trục đã biết.", noDay: "Chưa có ngày nào được chuyển.", noteHint: "Ví dụ: nghỉ bù 2/9", day: { add: "Thêm ngày", remove: "Bỏ", removeMeans: "Ngày này lại theo luật." },
    feedLead: "Xem hạn trong phần mềm lịch của mình. Ai có địa chỉ thì đọc được.", noFeed: "Chưa có lịch nào.", feedHint: "Bỏ trống: mọi cơ quan", feedMade: "Địa chỉ của lịch, chỉ hiện lần này:", feed: { add: "Tạo lịch", remove: "Hủy lịch" },
  },
  alerts: {
    title: "Cảnh báo", lead: "Điều đang vượt ngưỡng, và ai đang xử lý.", none: "Không có cảnh báo nào.", tabs: { "": "Đang báo", rules: "Quy tắc", silences: "Tạm ẩn", channels: "Kênh báo", notices: "Tin đã báo", tellings: "Gửi tin" }, take: "Nhận xử lý",
    silence: "Tạm ẩn", silenceFor: "Trong", hours: (n: string) => `${n} giờ`, silenceMeans: "Không ai được báo trong thời gian này. Nếu sau đó vẫn vượt ngưỡng thì sẽ báo.", done: "Đã làm", noneTold: "Chưa báo tin nào.",
    ruleLead: "Chỉ số nào vượt ngưỡng bao lâu thì báo.", noRule: "Chưa có quy tắc nào: sẽ không báo gì.", rule: { add: "Thêm quy tắc", remove: "Bỏ", removeMeans: "Cảnh báo của quy tắc này coi như hết, và người nhận được báo như vậy." },
    nameHint: "Chữ thường, số, gạch nối", when: "Báo khi", lasting: (beyond: string, time: string) => `${beyond}, kéo dài ${time}`, above: "cao hơn ngưỡng", below: "thấp hơn ngưỡng", scopeHint: "Mã cơ quan; * là tất cả", subjectHint: "Tên hệ thống, khóa, bộ kết nối…; * là tất cả", ruleHint: "Tên quy tắc; * là tất cả",
    channelLead: "Tin báo đi đâu. Sau khi thêm hãy gửi thử.", noChannel: "Chưa có kênh nào: cảnh báo chỉ hiện ở đây.", targetHints: { email: "Địa chỉ thư điện tử của bộ phận", webhook: "Địa chỉ http(s)", message: "Số điện thoại trực" },
    channel: { add: "Thêm kênh", remove: "Bỏ", removeMeans: "Tin không đi qua kênh này nữa.", test: "Gửi thử", testMeans: "Trục gửi một tin thử qua kênh này; trang Gửi tin cho biết kết quả.", tested: "Đã gửi thử; xem kết quả ở Gửi tin" },
    noSilence: "Không có gì bị tạm ẩn.", silences: { add: "Tạm ẩn", remove: "Báo lại", removeMeans: "Từ giờ lại báo như thường." },
  },
};

export type Words = typeof vi;
