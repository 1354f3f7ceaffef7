/** Words of what the hub runs on: topics, consumers, schedules, its configuration, screens on a wall. */
export const machineVi = {
  wall: {
    open: "Đưa lên màn hình treo tường", means: "Trình duyệt này chỉ còn hiển thị số liệu trong bảy ngày và không thay đổi được gì; phiên làm việc hiện tại kết thúc.", end: "Nhấn Esc để kết thúc",
    title: "Trục liên thông", calm: "Không có sự cố", incident: "Đang có sự cố", firing: (n: string) => `${n} cảnh báo đang báo`, pairs: "Lượng trao đổi giữa các cơ quan, 24 giờ",
  },
  topics: {
    title: "Chủ đề Kafka", lead: "Mỗi chủ đề an toàn tới đâu, giữ bao lâu, đang chứa gì, ai ghi và ai đọc.", none: "Chưa có chủ đề nào.", name: "Chủ đề", partitions: "Phân vùng", replicas: "Bản sao", kept: "Giữ trong", size: "Trên đĩa", records: "Bản ghi (nhiều nhất)",
    writers: "Bên ghi", readers: "Bên đọc", safe: "Đủ bản sao", under: (n: string) => `${n} phân vùng thiếu bản sao`, offline: (n: string) => `${n} phân vùng không ai đọc ghi được`, state: "Tình trạng", forever: "mãi mãi", compacted: "chỉ bản mới nhất của mỗi khóa",
    first: "Vị trí đầu", end: "Vị trí cuối", partition: "Phân vùng số", settings: "Thiết lập", groupsUnknown: "Máy chủ Kafka không cho biết các nhóm đọc: bên đọc ngoài trục không có ở đây.", trouble: "Có phân vùng thiếu bản sao: mất thêm một máy chủ Kafka thì có thể mất bản ghi. Người quản trị Kafka phải xem ngay.",
  },
  consumers: {
    title: "Nhóm đọc của Kafka", lead: "Nhóm của trục được chia phân vùng sẵn nên không có thành viên. Nhóm khác là phần mềm của cơ quan đọc thẳng hộp thư.", none: "Chưa có nhóm nào.", name: "Nhóm", state: "Trạng thái", members: "Thành viên", nobody: "không ai", left: "Chưa đọc",
    log: "Ai vào, ai ra", since: "Ghi từ khi trang này được xem lần đầu, lúc", unchanged: "Chưa thấy thay đổi nào.", joined: "vào", leaves: "ra", move: "Chuyển vị trí đọc", moveAct: "Xin chuyển", act: "Thao tác",
    moveMeans: "Nhóm phải trống. Người thứ hai duyệt thì mới chuyển; lùi lại thì phần mềm đọc lại từ đó, tiến lên thì nó bỏ qua.", to: "Tới thời điểm", toHint: "Để trống: bản ghi đầu tiên còn giữ", before: "Đang ở", after: "Sẽ ở", asked: "Đã xin; người thứ hai duyệt ở trang Chờ duyệt",
    barriers: { transaction: "Vị trí của trục chỉ đổi cùng với việc đã làm", no_inbox: "Không đọc hộp thư nào", members: "Đang có người đọc" } as Record<string, string>,
  },
  schedules: {
    title: "Lịch đọc", lead: "Bộ kết nối nguồn đọc bên kia theo lịch: lần trước, lần sau, và đọc ngay.", none: "Không có bộ kết nối nguồn nào.", every: "Mỗi", last: "Lần trước", next: "Lần sau", windows: "Giờ nghỉ", now: "Đọc ngay", nowMeans: "Nguồn được đọc ngay một lần; lịch vẫn như cũ.", told: "Đã ra lệnh",
    unscheduled: "đang đọc hoặc tạm dừng", act: "Thao tác", days: ["T2", "T3", "T4", "T5", "T6", "T7", "CN"],
  },
  history: {
    title: "Các lần cấu hình", none: "Chưa có lần nào.", version: "Phiên bản", who: "Ai", what: "Việc", reason: "Lý do", pending: "đang trên đường", removed: "Đã xóa", compare: "Khác gì lần trước", same: "Không khác gì.", back: "Quay lại như thế này", done: "Đã quay lại cấu hình cũ",
    backMeans: "Cấu hình của phiên bản này được dùng lại thành một phiên bản mới. Đang chạy hay tạm dừng, và các mạng được phép, vẫn như hiện nay.", breaker: "Cầu dao", breakers: { closed: "Đóng: bên kia trả lời", open: "Mở: bên kia không trả lời", half_open: "Đang dò" } as Record<string, string>,
    checkpoint: "Đã tới", deployed: "Đang chạy đúng cấu hình này", edited: "Cấu hình mới chưa tới nơi chạy",
    flush: "Thử ngay", flushMeans: "Những gì đang chờ được thử lại ngay; nguồn được đọc ngay.", resnapshot: "Đọc lại từ đầu", resnapshotMeans: "Nguồn đọc lại từ đầu. Những gì đã nhận không được giao hai lần. Gõ tên bộ kết nối để xác nhận.", confirm: "Tên bộ kết nối",
  },
  transfer: {
    title: "Xuất và nhập cấu hình", lead: "Danh bạ, quyền, điểm nhận, bộ kết nối thành một tệp. Không có khóa, không có bí mật, không có gì cần người thứ hai.", export: "Xuất cấu hình", choose: "Chọn tệp cấu hình", unreadable: "Tệp này không phải cấu hình của trục.", apply: "Nhập thay đổi", applied: "Đã nhập",
    nothing: "Tệp không đổi gì ở đây.", entity: "Mục", outcome: "Sẽ ra sao", outcomes: { same: "Như cũ", new: "Mới", changed: "Thay đổi", conflict: "Xung đột" } as Record<string, string>, before: "Ở đây", after: "Trong tệp", alsoConflicts: "Nhập cả những mục xung đột",
    conflicts: (n: string) => `${n} mục đã được sửa ở đây sau khi xuất tệp, hoặc tệp là của trục khác: nhập vào là bỏ mất việc của người khác.`, refused: "Trục sẽ không nhận tệp này", counted: (n: string) => `${n} mục sẽ thay đổi`,
  },
  notices: {
    title: "Báo cho tôi", lead: "Cảnh báo được gửi cho riêng bạn, chừng nào bạn còn quyền xem.", off: "Chưa báo cho bạn.", kind: "Qua", target: "Tới", least: "Từ mức", organisation: "Cơ quan (mã)", organisationHint: "* là mọi thứ bạn được xem", save: "Báo cho tôi", stop: "Thôi báo", saved: "Đã ghi", from: "từ",
    wall: "màn hình treo tường",
  },
};

export const machineEn: typeof machineVi = {
  wall: {
    open: "Put on a wall display", means: "This browser shows figures only, for seven days, and can change nothing; the present session ends.", end: "Press Esc to end it",
    title: "Integration hub", calm: "No incident", incident: "There is an incident", firing: (n) => `${n} alerts fire`, pairs: "Volumes between organisations, 24 hours",
  },
  topics: {
    title: "Kafka topics", lead: "How safe each topic is, how long it keeps records, what it holds, who writes and who reads it.", none: "There is no topic yet.", name: "Topic", partitions: "Partitions", replicas: "Replicas", kept: "Kept for", size: "On disk", records: "Records (at most)",
    writers: "Written by", readers: "Read by", safe: "All replicas", under: (n) => `${n} partitions lack a replica`, offline: (n) => `${n} partitions that nobody reads or writes`, state: "State", forever: "ever", compacted: "the newest of each key",
    first: "First offset", end: "End offset", partition: "Partition", settings: "Settings", groupsUnknown: "The brokers do not tell of consumer groups: readers outside the hub are not here.", trouble: "Partitions lack a replica: one more broker lost may lose records. Whoever runs Kafka must look now.",
  },
  consumers: {
    title: "Kafka's consumer groups", lead: "Partitions of the hub's own groups are dealt, so those have no members. Others are programs of agencies that read an inbox themselves.", none: "There is no group yet.", name: "Group", state: "State", members: "Members", nobody: "nobody", left: "Not read",
    log: "Who joined and left", since: "Since this page was looked at first, at", unchanged: "No change was seen.", joined: "joined", leaves: "left", move: "Move its position", moveAct: "Ask for the move", act: "Action",
    moveMeans: "The group must be empty. It moves once a second person approves; back, the program reads again from there; on, it passes over.", to: "To the time", toHint: "Left empty: the first record that is kept", before: "Is at", after: "Would be at", asked: "Asked for; a second person approves it on the page Approvals",
    barriers: { transaction: "The hub's own position moves only with what was done", no_inbox: "It reads no inbox", members: "Somebody reads in it" },
  },
  schedules: {
    title: "Schedules", lead: "Source connectors read the other side on a schedule: the last time, the next, and now.", none: "There is no source connector.", every: "Every", last: "Last", next: "Next", windows: "Closed", now: "Read now", nowMeans: "The source is read once, now; the schedule stays.", told: "Ordered",
    unscheduled: "reading or paused", act: "Action", days: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  },
  history: {
    title: "Earlier configurations", none: "There is none.", version: "Version", who: "By", what: "Deed", reason: "Reason", pending: "on its way", removed: "Removed", compare: "What differs from the one before", same: "Nothing differs.", back: "Go back to this", done: "The earlier configuration counts again",
    backMeans: "The configuration of this version becomes a new version. Whether it runs, and the networks that it may call, stay as they are.", breaker: "Circuit breaker", breakers: { closed: "Closed: the other side answers", open: "Open: the other side does not answer", half_open: "Being probed" },
    checkpoint: "Has come to", deployed: "Runs as configured", edited: "The new configuration does not run yet",
    flush: "Try now", flushMeans: "What waits is tried at once; a source is read at once.", resnapshot: "Read from the beginning", resnapshotMeans: "The source reads from its beginning. What was taken in is not delivered twice. Type the connector's name to confirm.", confirm: "Name of the connector",
  },
  transfer: {
    title: "Export and import of the configuration", lead: "Directory, rights, endpoints, connectors as one file. No keys, no secrets, nothing that needs a second person.", export: "Export the configuration", choose: "Choose a configuration file", unreadable: "This file is no configuration of a hub.", apply: "Import the changes", applied: "Imported",
    nothing: "The file changes nothing here.", entity: "Entity", outcome: "Would be", outcomes: { same: "The same", new: "New", changed: "Changed", conflict: "A conflict" }, before: "Here", after: "In the file", alsoConflicts: "Import the conflicts too",
    conflicts: (n) => `${n} were changed here after the file was made, or the file is another hub's: importing them undoes somebody's work.`, refused: "The hub would not take this file", counted: (n) => `${n} would change`,
  },
  notices: {
    title: "Tell me", lead: "Alerts are sent to you yourself, as long as you may see them.", off: "You are not told.", kind: "By", target: "To", least: "From severity", organisation: "Organisation (id)", organisationHint: "* is everything that you may see", save: "Tell me", stop: "Tell me no more", saved: "Saved", from: "from",
    wall: "wall display",
  },
};
