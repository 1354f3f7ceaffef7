/** Words of who may send and get what, of versions of the rules, of connecting a system. */
export const sharingVi = {
  shares: {
    title: "Quyền và đăng ký", one: "Quyền hoặc đăng ký", lead: "Ai được gửi loại gì, ai đăng ký nhận loại gì. Mọi thứ phải được bên chủ quản loại duyệt.", none: "Không có quyền hay đăng ký nào khớp.", find: "Hệ thống hoặc cơ quan (mã)",
    kind: "Loại", kinds: { right: "Quyền gửi", subscription: "Đăng ký nhận" } as Record<string, string>, any: "Tất cả", type: "Loại thông điệp", state: "Trạng thái", states: { active: "Có hiệu lực", paused: "Tạm dừng", ended: "Đã chấm dứt" } as Record<string, string>,
    quota: "Hạn mức của bên gửi, mỗi phút", quotaOf: (n: string, size: string, urgent: string) => `${n} thông điệp, ${size}, ${urgent} thông điệp khẩn`,
    name: "Mã", system: "Hệ thống", organisation: "Cơ quan", owner: "Bên chủ quản loại", nobody: "chưa ai: người được sửa mọi quy tắc duyệt", types: "Các loại", recipients: "Được gửi tới", sources: "Nhận từ", anybody: "bất kỳ ai", areas: "Địa bàn (cơ quan và cấp dưới)", anywhere: "mọi nơi",
    versions: "Phiên bản lược đồ", allVersions: "mọi phiên bản", conditions: "Điều kiện trên nội dung", copies: "Cả thông điệp đã gửi đích danh cho nơi khác", start: "Bắt đầu", fromNow: "từ khi có hiệu lực", past: (given: string) => `đã ra lệnh giao ${given} thông điệp cũ`, pastDone: "đã giao xong", pastGoes: "đang giao tiếp",
    waiting: "Đang chờ duyệt", toRequests: "Tới trang Chờ duyệt", ask: "Đề nghị quyền hoặc đăng ký", asked: "Đã đề nghị; bên chủ quản loại duyệt ở trang Chờ duyệt", flow: "Xem thông điệp",
    steps: "Các bước", at: "Lúc", what: "Việc", who: "Ai", why: "Lý do", made: (version: string) => `quy tắc phiên bản ${version}`, orders: { pause: "Tạm dừng", resume: "Cho chạy tiếp", end: "Chấm dứt" } as Record<string, string>, done: "Đã làm; có hiệu lực trong vài giây",
    means: { pause: "Không gì được gửi hay giao thêm theo quyền này cho đến khi chạy tiếp.", resume: "Lại có hiệu lực. Những gì gửi trong lúc tạm dừng không được bù.", end: "Hết vĩnh viễn. Cần lại thì đề nghị với mã khác." } as Record<string, string>,
    deeds: {
      ask: "Đề nghị", approve: "Duyệt", refuse: "Không duyệt", withdraw: "Rút đề nghị", put_right: "Đặt quyền", pause_right: "Tạm dừng", resume_right: "Cho chạy tiếp", end_right: "Chấm dứt", delete_right: "Xóa",
      put_subscription: "Đặt đăng ký", pause_subscription: "Tạm dừng", resume_subscription: "Cho chạy tiếp", end_subscription: "Chấm dứt", restore_rules: "Quay lại phiên bản trước",
    } as Record<string, string>,
  },
  owners: {
    title: "Bên chủ quản loại", lead: "Mỗi loại do một cơ quan chủ quản duyệt ai được gửi, ai được nhận. Loại chưa có chủ quản thì chỉ người được sửa mọi quy tắc duyệt.", none: "Chưa loại nào có bên chủ quản.", organisation: "Cơ quan chủ quản (mã)", add: "Đặt bên chủ quản", remove: "Bỏ chủ quản",
    means: "Từ nay cơ quan này duyệt quyền và đăng ký của loại. Những gì đã có vẫn như cũ.", removeMeans: "Từ nay chỉ người được sửa mọi quy tắc duyệt loại này.", tab: "Chủ quản từng loại", list: "Danh sách",
  },
  shareNew: {
    title: "Đề nghị quyền hoặc đăng ký", lead: "Đây là lời đề nghị: chưa có gì thay đổi cho đến khi người của bên chủ quản loại duyệt.", what: "Đề nghị gì", lines: "Mỗi dòng một", types: "Các loại được gửi", recipients: "Nơi nhận", recipientsHint: "Mỗi dòng một: urn:hub:org:H99.22, urn:hub:group:…, hoặc urn:hub:all",
    sources: "Chỉ từ", sourcesHint: "Mỗi dòng một hệ thống, cơ quan hay nhóm; bỏ trống: bất kỳ ai", areas: "Chỉ trong địa bàn", areasHint: "Mỗi dòng mã một cơ quan; cả các cơ quan cấp dưới", versions: "Chỉ các phiên bản", versionsHint: "Mỗi dòng một, ví dụ 1.0",
    conditions: "Chỉ khi nội dung", conditionsHint: "Mỗi dòng: tên = giá trị, giá trị; hoặc tên = 5..30; hoặc tên = true. Văn bản giống số thì đặt trong ngoặc kép.", conditionBroken: (line: string) => `Không hiểu dòng: ${line}`, copies: "Cả thông điệp đã gửi đích danh cho nơi khác",
    since: "Cả từ quá khứ, kể từ", sinceHint: "Bỏ trống: từ khi được duyệt. Nhiều nhất 29 ngày trước.", id: "Mã", idHint: "Chữ, số, dấu chấm, gạch; không đổi được về sau", submit: "Đề nghị",
  },
  effect: {
    title: "Tác động", run: "Xem trước tác động", hours: "Của bao nhiêu giờ qua", looking: "Đang quyết định lại các thông điệp…", none: (n: string, hours: string) => `Trong ${n} thông điệp của ${hours} giờ qua, không thông điệp nào đi khác.`,
    some: (n: string, all: string, hours: string) => `${n} trong ${all} thông điệp của ${hours} giờ qua lẽ ra đi khác.`, partly: "Có nhiều thông điệp hơn mức xem trước: con số chỉ là của phần đã xem.", source: "Từ", type: "Loại", now: "Nay", then: "Nếu đổi", count: "Số thông điệp", changed: (n: string) => `${n} mục quy tắc sẽ khác`,
  },
  versions: {
    title: "Phiên bản quy tắc", lead: "Mỗi lần đổi quy tắc là một phiên bản. Quay lại một phiên bản cũng là một phiên bản mới.", none: "Chưa có phiên bản nào.", number: "Phiên bản", at: "Lúc", who: "Ai", why: "Lý do", changes: "Số mục", state: "Trạng thái", published: "Đã tới bộ định tuyến", waits: "Đang trên đường", itself: "trục",
    show: "Đã đổi gì", removed: "đã xóa", back: "Quay lại phiên bản này", undo: "Bỏ thay đổi này", done: "Đã quay lại", asked: "Đã đề nghị; người thứ hai duyệt ở trang Chờ duyệt", second: "Để người thứ hai duyệt",
    means: (version: string) => `Quy tắc lại như ở phiên bản ${version}. Khóa, lược đồ đã công bố, bộ kết nối vẫn giữ nguyên; hệ thống thêm sau đó bị tạm ngừng.`,
  },
  onboarding: {
    title: "Kết nối hệ thống", one: "Kết nối hệ thống", lead: "Từ đăng ký tới vận hành: cơ quan tự làm từng bước, một người khác duyệt.", none: "Chưa có hồ sơ kết nối nào.", ask: "Đăng ký hệ thống mới", system: "Hệ thống", name: "Tên", organisation: "Cơ quan (mã)", stage: "Đang ở bước", checks: "Danh mục kiểm tra", askedBy: "Người đăng ký", at: "Lúc",
    stages: { registered: "Đã đăng ký", keyed: "Đang thử", conforming: "Đã thử đủ", submitted: "Chờ duyệt", approved: "Đã duyệt", in_production: "Đang vận hành" } as Record<string, string>, of: (done: string, all: string) => `${done} trên ${all}`,
    steps: {
      registered: "Đăng ký hệ thống và quyền cần có", keyed: "Đăng ký khóa của bản thử", conforming: "Thử đủ danh mục trong môi trường thử", submitted: "Đề nghị vận hành", approved: "Người khác duyệt", in_production: "Đăng ký khóa của hệ thống",
    },
    stepDone: "Xong", stepNow: "Bước này", stepLater: "Sau", sends: "Sẽ gửi", recipients: "Gửi tới", takes: "Sẽ nhận", twin: "Bản thử", nothing: "không",
    fresh: { title: "Đăng ký hệ thống mới", lead: "Bản thử trong môi trường thử có ngay. Chưa ai khác nhận được gì.", name: "Tên cho người đọc", systemHint: "Chữ thường, số, gạch nối; 3–55 ký tự", types: "Mỗi dòng một loại", recipientsHint: "Mỗi dòng một; urn:hub:all: bất kỳ ai", submit: "Đăng ký" },
    key: {
      twin: "Khóa của bản thử", own: "Khóa của hệ thống", lead: "Tạo khóa trên máy của cơ quan rồi dán phần công khai vào đây. Khóa bí mật không rời máy ấy. Bằng chứng giữ khóa có hiệu lực 5 phút.", command: "Lệnh tạo khóa", paste: "Phần công khai (JSON mà lệnh in ra)", certificate: "Chứng thư (PEM), nếu có", submit: "Đăng ký khóa", broken: "Đây không phải phần công khai của một khóa.",
      other: (name: string) => `Khóa này được tạo cho ${name}.`, done: "Đã đăng ký khóa",
    },
    checklist: { title: "Danh mục kiểm tra", lead: "Trục tự đánh dấu theo những gì bản thử đã làm; không ai tích tay.", done: "Đạt", missing: "Chưa", seen: (n: string) => `đã thấy ${n} lần`, again: "Xem lại" },
    troubles: { title: "Thông điệp thử bị từ chối", lead: "Mới nhất trước. Thông điệp cố ý sai cũng ở đây.", none: "Không có thông điệp nào đang bị từ chối." },
    test: {
      title: "Thông điệp thử", lead: "Bản thử gửi cho chính nó. Hãy thử ở đây trước: trục quyết định như thật nhưng không gửi, không lưu.", type: "Loại thử", body: "Nội dung mẫu (JSON)", run: "Thử", broken: "Nội dung không phải JSON.", admitted: "Sẽ được nhận.", refused: "Sẽ bị từ chối.", send: "Lệnh gửi thật từ bản thử", sent: "Xem thông điệp của bản thử", noExample: "Trục không có mẫu của loại này.",
    },
    submit: "Đề nghị vận hành", submitted: "Đã đề nghị; người khác duyệt ở trang Chờ duyệt", waits: "Chờ một người khác duyệt:", refusedBy: (who: string) => `${who} không duyệt lần trước:`, production: "Hệ thống đang vận hành.", routes: "Xem tuyến của hệ thống", someone: { "rules.change": "Đây là việc của người tích hợp của cơ quan.", "keys.manage": "Đã duyệt. Người giữ khóa của cơ quan đăng ký khóa của hệ thống; sau đó hệ thống vận hành." },
  },
};

export const sharingEn: typeof sharingVi = {
  shares: {
    title: "Rights & subscriptions", one: "Right or subscription", lead: "Who may send which type, and who has subscribed to it. All of it is approved by whoever owns the type.", none: "No right or subscription fits.", find: "System or organisation (id)",
    kind: "Kind", kinds: { right: "Right to send", subscription: "Subscription" }, any: "All", type: "Message type", state: "State", states: { active: "In force", paused: "Paused", ended: "Ended" },
    quota: "Quota of the sender, each minute", quotaOf: (n, size, urgent) => `${n} messages, ${size}, ${urgent} urgent ones`,
    name: "Id", system: "System", organisation: "Organisation", owner: "Owner of the type", nobody: "nobody: whoever may change all rules approves", types: "Types", recipients: "May send to", sources: "Gets it from", anybody: "anybody", areas: "Areas (agencies with all below)", anywhere: "anywhere",
    versions: "Schema versions", allVersions: "all of them", conditions: "Conditions on the body", copies: "Also what was addressed to others", start: "Begins", fromNow: "once in force", past: (given) => `${given} older messages were ordered`, pastDone: "all is given", pastGoes: "goes on",
    waiting: "Waiting for approval", toRequests: "To the Approvals", ask: "Ask for a right or a subscription", asked: "Asked for; the owner of the type approves it on the page Approvals", flow: "See the messages",
    steps: "Steps", at: "At", what: "What", who: "By", why: "Reason", made: (version) => `rules version ${version}`, orders: { pause: "Pause", resume: "Resume", end: "End" }, done: "Done; in force within seconds",
    means: { pause: "Nothing more is sent or delivered under it, until it is resumed.", resume: "In force again. What was sent meanwhile is not made good.", end: "It ends for good. Who needs it again asks under another id." },
    deeds: {
      ask: "Asked for", approve: "Approved", refuse: "Refused", withdraw: "Withdrawn", put_right: "Right made", pause_right: "Paused", resume_right: "Resumed", end_right: "Ended", delete_right: "Removed",
      put_subscription: "Subscription made", pause_subscription: "Paused", resume_subscription: "Resumed", end_subscription: "Ended", restore_rules: "Went back to an earlier version",
    },
  },
  owners: {
    title: "Owners of types", lead: "One organisation owns each type and approves who may send and get it. A type without an owner is approved only by whoever may change all rules.", none: "No type has an owner yet.", organisation: "Owner (organisation id)", add: "Set an owner", remove: "Take the owner away",
    means: "From now on this organisation approves rights and subscriptions of the type. What is there already stays.", removeMeans: "From now on only whoever may change all rules approves for this type.", tab: "Owner of each type", list: "List",
  },
  shareNew: {
    title: "Ask for a right or a subscription", lead: "This asks: nothing changes until somebody of the agency that owns the type approves.", what: "What for", lines: "One on each line", types: "Types that may be sent", recipients: "Recipients", recipientsHint: "One on each line: urn:hub:org:H99.22, urn:hub:group:…, or urn:hub:all",
    sources: "Only from", sourcesHint: "One system, agency or group on each line; left empty: anybody", areas: "Only within", areasHint: "The id of an agency on each line; all below it too", versions: "Only these versions", versionsHint: "One on each line, as 1.0",
    conditions: "Only where the body says", conditionsHint: "On each line: name = value, value; or name = 5..30; or name = true. A text that looks like a number goes in quotes.", conditionBroken: (line) => `This line is not understood: ${line}`, copies: "Also what was addressed to others",
    since: "Also from the past, since", sinceHint: "Left empty: once it is approved. At most 29 days back.", id: "Id", idHint: "Letters, digits, dots, dashes; it never changes", submit: "Ask for it",
  },
  effect: {
    title: "Effect", run: "Preview the effect", hours: "On how many past hours", looking: "Deciding the messages again…", none: (n, hours) => `Of ${n} messages of the last ${hours} hours none would have gone elsewhere.`,
    some: (n, all, hours) => `${n} of ${all} messages of the last ${hours} hours would have gone elsewhere.`, partly: "There were more messages than a preview looks at: the figures are of those only.", source: "From", type: "Type", now: "Now", then: "If changed", count: "Messages", changed: (n) => `${n} entries of the rules would differ`,
  },
  versions: {
    title: "Versions of the rules", lead: "Each change of the rules is a version. Going back to one is a new version too.", none: "There is no version yet.", number: "Version", at: "At", who: "By", why: "Reason", changes: "Entries", state: "State", published: "Routers have it", waits: "On its way", itself: "the hub",
    show: "What changed", removed: "removed", back: "Go back to this version", undo: "Undo this change", done: "Went back", asked: "Asked for; a second person approves it on the page Approvals", second: "Let a second person approve it",
    means: (version) => `The rules are again as in version ${version}. Keys, published schemas and connectors stay; systems that came later are suspended.`,
  },
  onboarding: {
    title: "Connect a system", one: "Connecting a system", lead: "From registration to production: the agency does each step itself, one other person approves.", none: "Nobody has applied yet.", ask: "Register a new system", system: "System", name: "Name", organisation: "Organisation (id)", stage: "Stands at", checks: "Checklist", askedBy: "Registered by", at: "At",
    stages: { registered: "Registered", keyed: "Being tried", conforming: "All was shown", submitted: "Waits for approval", approved: "Approved", in_production: "In production" }, of: (done, all) => `${done} of ${all}`,
    steps: {
      registered: "Register the system and the rights it needs", keyed: "Register a key of its twin", conforming: "Show the whole checklist in the sandbox", submitted: "Ask for production", approved: "Another person approves", in_production: "Register a key of the system",
    },
    stepDone: "Done", stepNow: "This step", stepLater: "Later", sends: "Will send", recipients: "To", takes: "Will take", twin: "Twin in the sandbox", nothing: "nothing",
    fresh: { title: "Register a new system", lead: "Its twin in the sandbox is there at once. Nobody else gets anything yet.", name: "Name for people", systemHint: "Small letters, digits, dashes; 3–55 characters", types: "One type on each line", recipientsHint: "One on each line; urn:hub:all: anybody", submit: "Register" },
    key: {
      twin: "Key of the twin", own: "Key of the system", lead: "Make the key on a machine of the agency and paste its public part here. The private key stays there. The proof of possession is good for 5 minutes.", command: "Command that makes a key", paste: "Public part (the JSON that the command prints)", certificate: "Certificate (PEM), if there is one", submit: "Register the key", broken: "This is not the public part of a key.",
      other: (name) => `This key was made for ${name}.`, done: "The key is registered",
    },
    checklist: { title: "Checklist of conformance", lead: "The hub ticks it by what the twin has done; nobody does by hand.", done: "Shown", missing: "Not yet", seen: (n) => `seen ${n} times`, again: "Look again" },
    troubles: { title: "Test messages that were refused", lead: "The newest first. What was wrong on purpose is here too.", none: "No message stays refused." },
    test: {
      title: "Test message", lead: "The twin sends to itself. Try it here first: the hub decides as it would, and sends and stores nothing.", type: "Type to try", body: "Sample body (JSON)", run: "Try", broken: "The body is not JSON.", admitted: "It would be taken.", refused: "It would be refused.", send: "Command that really sends it as the twin", sent: "See the twin's messages", noExample: "The hub has no example of this type.",
    },
    submit: "Ask for production", submitted: "Asked for; another person approves it on the page Approvals", waits: "Waits for another person:", refusedBy: (who) => `${who} refused the last time:`, production: "The system is in production.", routes: "See its routes", someone: { "rules.change": "This is for the agency's integrator.", "keys.manage": "Approved. The agency's key officer registers the system's key; then it is in production." },
  },
};
