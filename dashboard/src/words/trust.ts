/** Words of what is proved: certificates, signatures, the transparency log, evidence. */
export const trustVi = {
  certificates: {
    title: "Chứng thư số", one: "Chứng thư số", lead: "Chứng thư của khóa các hệ thống, ngày hết hạn, và cơ quan cấp nói gì về chúng.", none: "Không có chứng thư nào khớp.",
    noneOfAll: "Hệ thống đăng ký khóa không kèm chứng thư thì không có ở đây; hạn của khóa xem trang Thời hạn.",
    forecast: "Dự báo hết hạn", ended: "Đã hết hạn", within: (n: string) => `Trong ${n} ngày`, system: "Hệ thống", days: "Hết hạn", any: "Bất kỳ lúc nào", notInUse: "Cả chứng thư không còn dùng",
    subject: "Cấp cho", issuer: "Nơi cấp", serial: "Số hiệu", code: "Mã số thuế hoặc mã định danh", since: "Có hiệu lực từ", until: "Hết hạn", left: (n: string) => `còn ${n} ngày`, gone: "đã hết hạn", authority: "Tổ chức chứng thực",
    status: "Kết quả kiểm", checked: "Kiểm lúc", good: "Được xác nhận tốt gần nhất", next: "Kiểm lần tới", revokedAt: "Bị thu hồi lúc", fingerprint: "SHA-256 của chứng thư", key: "Dấu khóa", keyState: "Khóa", keyGood: "Dùng được", keyRevoked: "Đã thu hồi", keySuspended: "Tạm ngừng", keyCompromised: "Bị lộ",
    checks: "Các lần kiểm", noChecks: "Chưa kiểm lần nào.", answers: "Trả lời của nơi cấp", answer: (n: string) => `Trả lời ${n}`, pem: "Chứng thư và chuỗi (PEM)", report: "Báo lộ khóa này",
    trust: "Trục tin những ai", trustLead: (version: string) => `Danh sách tin cậy phiên bản ${version}.`, trustNone: "Danh sách tin cậy trống: không chứng thư nào có giá trị.", test: "Có chứng thư gốc thử nghiệm: những gì chúng xác nhận không chứng minh được điều gì.",
    usage: "Dùng cho", usages: { systems: "khóa hệ thống", documents: "văn bản ký số", timestamps: "dấu thời gian" } as Record<string, string>, hosts: "Máy chủ được hỏi",
    states: { good: "Tốt", revoked: "Bị thu hồi", on_hold: "Nơi cấp tạm ngừng", unknown: "Chưa có trả lời", untrusted: "Không còn được tin cậy", expired: "Hết hạn", not_yet_valid: "Chưa có hiệu lực", wrong_use: "Sai mục đích", weak: "Thuật toán yếu", unreadable: "Không đọc được" } as Record<string, string>,
  },
  transparency: {
    title: "Nhật ký minh bạch", lead: "Mọi sự kiện là một lá của nhật ký chỉ ghi thêm. Ở đây: nhật ký đã dài bao nhiêu, thời gian có được chứng minh, có ai làm chứng.", leaves: "Số sự kiện đã ghi", hub: "Trục", key: "Khóa công khai của nhật ký", keyHint: "So với khóa được giao tận tay: máy chủ tự nói về khóa của mình thì không chứng minh gì.",
    sound: "Đọc được mọi phân đoạn", damaged: (n: string) => `${n} phân đoạn hỏng`, damagedNext: "Quản trị trục phải chạy hub rebuild log; trong lúc đó nhật ký dừng, trao đổi vẫn tiếp tục.", standing: "Tình trạng",
    time: "Dấu thời gian", stampings: { never: "Chưa có dấu thời gian", current: "Được đóng dấu đều", behind: "Tổ chức cấp dấu thời gian không trả lời" },
    stampNext: {
      never: "Quản trị trục đặt HUB_RECORDER_TSA_URL và HUB_RECORDER_TSA_ROOTS; nếu đã đặt thì xem nhật ký của recorder.", current: "Dấu mới nhất chứng minh cả những gì ghi trước nó.",
      behind: "Trao đổi vẫn tiếp tục, dấu sẽ được đóng bù khi tổ chức ấy trả lời. Nếu kéo dài, quản trị trục hỏi tổ chức cấp dấu.",
    },
    lastStamp: "Dấu mới nhất", waits: "Chưa được đóng dấu từ", unstamped: (n: string) => `${n} mốc chưa có dấu riêng`, stampUntil: "Chứng thư của dấu hết hạn",
    witness: "Bên làm chứng", witnessings: { none: "Không ai làm chứng", partly: "Làm chứng một phần", whole: "Có bên làm chứng" },
    witnessNext: { none: "Không ai ngoài trục loại trừ được việc trục cho hai nơi xem hai nhật ký khác nhau. Nhờ một cơ quan khác chạy hub witness.", partly: "Bên làm chứng chưa ký mọi phân đoạn của mốc mới nhất; xem nhật ký của recorder.", whole: "Một bên khác đã ký cùng mốc mới nhất." },
    shards: "Phân đoạn", shard: "Số", size: "Sự kiện", fresh: "Ghi sau mốc mới nhất", root: "Gốc", checkpoint: "Điểm kiểm soát", open: "Mở", broken: "Hỏng",
    anchors: "Mốc", noAnchors: "Chưa có mốc nào: mỗi phút một mốc khi có sự kiện mới.", number: "Mốc số", at: "Lúc", cosigned: "Làm chứng", stamped: "Đóng dấu lúc", notStamped: "chưa", of: (n: string, all: string) => `${n} trên ${all}`, newest: "Mốc mới nhất",
  },
  compromises: {
    title: "Lộ khóa", one: "Báo lộ khóa", lead: "Khóa có thể đã rơi vào tay người khác, và những thông điệp phải xem lại vì thế.", none: "Chưa có báo cáo lộ khóa nào.", report: "Báo lộ khóa", system: "Hệ thống", thumbprint: "Dấu khóa (kid)", thumbprintHint: "43 ký tự; xem trang Chứng thư số hoặc Danh bạ",
    since: "Có thể lộ từ lúc", sinceHint: "Lúc sớm nhất mà người khác có thể đã có khóa. Những gì nhận trước đó vẫn có giá trị.", state: "Trạng thái", reason: "Lý do", reportedBy: "Người báo", decidedBy: "Người quyết", rules: "Quy tắc từ chối khóa từ phiên bản",
    means: "Khóa bị ngừng ngay, dù thông điệp ghi giờ nào. Người thứ hai duyệt thì khóa bị từ chối mãi mãi; không duyệt thì khóa dùng lại được.", told: "Đã báo; khóa đã ngừng, chờ người thứ hai",
    next: {
      reported: "Khóa đã ngừng. Một người khác có quyền giữ khóa phải xác minh rồi duyệt hoặc không duyệt ở trang Chờ duyệt.",
      confirmed: "Khóa bị từ chối mãi mãi. Cơ quan đăng ký khóa mới tạo trên máy sạch; bên gửi và bên nhận xem lại những thông điệp dưới đây.",
      dropped: "Báo cáo không được duyệt hoặc đã rút: khóa dùng lại được, không thông điệp nào phải xem lại.",
    },
    toRequests: "Tới trang Chờ duyệt", messages: "Thông điệp phải xem lại", count: (n: string) => `${n} thông điệp`, noMessages: "Không có thông điệp nào được nhận trong khoảng đó.", message: "Thông điệp", at: "Nhận lúc", recipients: "Nơi nhận", certain: "Chữ ký", sure: "Ký bằng khóa này", unsure: "Không rõ khóa nào",
    evidence: "Mở từng thông điệp để lấy gói bằng chứng của nó.",
    states: { reported: "Chờ người thứ hai", confirmed: "Đã xác nhận lộ", dropped: "Đã bỏ" } as Record<string, string>,
  },
  documents: {
    title: "Chờ kiểm chữ ký", lead: "Thông điệp giữ lại vì văn bản của chúng: đang kiểm, chờ người quyết định, hoặc chờ sau văn bản khác.", none: "Không giữ thông điệp nào vì văn bản.", message: "Thông điệp", type: "Loại", why: "Vì", since: "Từ lúc", until: "Tự kết thúc lúc", act: "Việc",
    review: "Phải có người quyết định", checking: "Đang kiểm", behind: "Chờ sau thông điệp khác", many: (n: string) => `${n} văn bản`, release: "Cho đi tiếp", drop: "Bỏ", recheck: "Kiểm lại", done: "Đã ra lệnh; kết quả nằm trong hành trình",
    means: { release: "Thông điệp được giao dù chữ ký ra sao. Hãy xem kết luận trong hành trình trước.", drop: "Thông điệp không được giao; bên gửi thấy là hết hạn.", recheck: "Trục kiểm lại mọi chữ ký: có thể tổ chức chứng thực nay đã trả lời, hoặc đã được thêm vào danh sách tin cậy." },
  },
  signer: {
    title: "Chữ ký của bên gửi", key: "Dấu khóa", algorithm: "Thuật toán", now: "Khóa hiện nay", counts: "Dùng được", unknownKey: "Quy tắc không còn biết khóa này", then: "Lúc trục quyết định, chữ ký đúng và khóa có hiệu lực.",
    certificate: "Chứng thư lúc đó", noCertificate: "Khóa đăng ký không kèm chứng thư.", subject: "Cấp cho", authority: "Tổ chức chứng thực", valid: "Hiệu lực", status: "Kiểm trước đó", noCheck: "chưa kiểm lần nào",
    doubt: "Thông điệp này phải xem lại: khóa có thể đã lộ từ", suspected: "chưa xác nhận", openReport: "Xem báo cáo",
  },
  verdict: {
    title: "Chữ ký trong văn bản", policy: "Chính sách", policies: { off: "không kiểm", record: "ghi lại kết luận, giao ngay", require: "chỉ giao khi hợp lệ" } as Record<string, string>, judged: "Kết luận lúc", waiting: "Chưa có kết luận.", none: "Thông điệp không có văn bản nào phải kiểm.",
    document: "Văn bản", notYet: "Chưa kiểm", signature: (n: string) => `Chữ ký thứ ${n}`, noSignatures: "Không đọc được chữ ký nào.", stamped: "Dấu thời gian", noStamp: "không có dấu thời gian", trust: "Danh sách tin cậy", held: "Tới danh sách chờ kiểm chữ ký",
    grades: { valid: "Hợp lệ", valid_legacy: "Hợp lệ theo chuẩn cũ", indeterminate: "Chưa xác định", invalid: "Không hợp lệ" } as Record<string, string>,
  },
  evidence: {
    title: "Bằng chứng", lead: "Một tệp ai cũng kiểm được mà không cần trục: hub verify TỆP --trust THƯ_MỤC.", take: "Lấy gói bằng chứng", withBody: "Có nội dung thông điệp trong gói.", withoutBody: "Trong gói chỉ có mã băm của nội dung: anh/chị không có quyền xem nội dung.", audited: "Việc lấy gói được ghi vào nhật ký: ai, lúc nào, vì sao.",
    stage: "Chứng minh riêng điều gì", whole: "Tất cả những gì đã xảy ra", recipient: "Của nơi nhận", notBy: "Rằng chưa tới bước này vào lúc", notByHint: "Bỏ trống: rằng đã tới bước này. Một lúc đã qua ít nhất 30 giây.",
    stages: { admitted: "Trục đã nhận", delivered: "Đã đến", acknowledged: "Bên nhận đã tiếp nhận", processed: "Đã xử lý xong", rejected: "Bên nhận trả lại" },
  },
};

export const trustEn: typeof trustVi = {
  certificates: {
    title: "Certificates", one: "Certificate", lead: "Certificates of the systems' keys, when they end, and what their authorities say of them.", none: "No certificate fits.",
    noneOfAll: "A system whose key was registered without a certificate is not here; when keys end stands on the Deadlines page.",
    forecast: "What ends when", ended: "Have ended", within: (n) => `Within ${n} days`, system: "System", days: "Ends", any: "At any time", notInUse: "Those no longer in use too",
    subject: "Issued to", issuer: "Issuer", serial: "Serial number", code: "Tax number or agency code", since: "Valid from", until: "Ends", left: (n) => `${n} days left`, gone: "has ended", authority: "Authority",
    status: "Last check", checked: "Checked at", good: "Last known to be good", next: "Next check", revokedAt: "Revoked at", fingerprint: "SHA-256 of the certificate", key: "Thumbprint of the key", keyState: "Key", keyGood: "Counts", keyRevoked: "Revoked", keySuspended: "Suspended", keyCompromised: "Compromised",
    checks: "Checks", noChecks: "It was not checked yet.", answers: "What the issuer answered", answer: (n) => `Answer ${n}`, pem: "The certificate and its chain (PEM)", report: "Report this key as compromised",
    trust: "Whom the hub trusts", trustLead: (version) => `Trust list, version ${version}.`, trustNone: "The trust list is empty: no certificate counts.", test: "Roots of samples are in it: nothing that they certify proves anything.",
    usage: "Counts for", usages: { systems: "keys of systems", documents: "signed documents", timestamps: "time stamps" }, hosts: "Hosts that are asked",
    states: { good: "Good", revoked: "Revoked", on_hold: "On hold", unknown: "No answer", untrusted: "Not trusted any more", expired: "Expired", not_yet_valid: "Not valid yet", wrong_use: "Wrong purpose", weak: "Weak algorithm", unreadable: "Unreadable" },
  },
  transparency: {
    title: "Transparency log", lead: "Every event is a leaf of an append-only log. Here: how long it is, whether its time is proved, whether anybody witnesses it.", leaves: "Events logged", hub: "Hub", key: "Public key of the log", keyHint: "Compare it with the one that you were handed: what a server says of its own key proves nothing.",
    sound: "Every shard can be read", damaged: (n) => `${n} shards are damaged`, damagedNext: "The hub's operator must run hub rebuild log; until then the log stands still, and exchange goes on.", standing: "How it stands",
    time: "Time stamps", stampings: { never: "No time stamp yet", current: "Stamped as it grows", behind: "The time stamping authority does not answer" },
    stampNext: {
      never: "The hub's operator sets HUB_RECORDER_TSA_URL and HUB_RECORDER_TSA_ROOTS; where they are set, look at the recorder's log.", current: "The newest stamp proves what was logged before it too.",
      behind: "Exchange goes on; stamps are made up for once it answers. If it lasts, the hub's operator asks the authority.",
    },
    lastStamp: "Newest stamp", waits: "Not stamped since", unstamped: (n) => `${n} anchors have no stamp of their own`, stampUntil: "The stamp's certificate ends",
    witness: "Witness", witnessings: { none: "Unwitnessed", partly: "Witnessed in part", whole: "Witnessed" },
    witnessNext: { none: "Nobody but the hub can exclude that it shows two sides two logs. Ask another agency to run hub witness.", partly: "A witness has not cosigned every shard of the newest anchor; look at the recorder's log.", whole: "Somebody else has cosigned the newest anchor." },
    shards: "Shards", shard: "No.", size: "Events", fresh: "After the newest anchor", root: "Root", checkpoint: "Checkpoint", open: "Open", broken: "Damaged",
    anchors: "Anchors", noAnchors: "There is no anchor yet: one is made each minute in which something happens.", number: "Anchor", at: "At", cosigned: "Cosigned", stamped: "Stamped at", notStamped: "not yet", of: (n, all) => `${n} of ${all}`, newest: "Newest anchor",
  },
  compromises: {
    title: "Compromised keys", one: "Compromised key", lead: "Keys that somebody else may have, and the messages that are in question for it.", none: "No key was reported as compromised.", report: "Report a compromised key", system: "System", thumbprint: "Thumbprint (kid)", thumbprintHint: "43 characters; see Certificates or Directory",
    since: "Possibly since", sinceHint: "The earliest moment at which somebody else may have had it. What was admitted before stays valid.", state: "State", reason: "Reason", reportedBy: "Reported by", decidedBy: "Decided by", rules: "Refused from rules version",
    means: "The key is suspended at once, whatever time a message names. Once a second person approves, it is refused for ever; if not, it counts again.", told: "Reported; the key is suspended and waits for a second person",
    next: {
      reported: "The key is suspended. Another person who keeps keys must verify it, then approve or not on the Approvals page.",
      confirmed: "The key is refused for ever. Its organisation registers a new one, made on a clean machine; sender and recipients look through the messages below.",
      dropped: "The report was not approved, or taken back: the key counts again, and no message is in question.",
    },
    toRequests: "To the Approvals", messages: "Messages in question", count: (n) => `${n} messages`, noMessages: "No message was admitted in that time.", message: "Message", at: "Admitted at", recipients: "Recipients", certain: "Signature", sure: "Signed with this key", unsure: "Key not recorded",
    evidence: "Open a message to take its evidence.",
    states: { reported: "Waits for a second person", confirmed: "Confirmed", dropped: "Dropped" },
  },
  documents: {
    title: "Held for signatures", lead: "Messages that are held because of their documents: being checked, waiting for a person, or waiting behind another one.", none: "Nothing is held for its documents.", message: "Message", type: "Type", why: "Because", since: "Since", until: "Ends by itself at", act: "Action",
    review: "A person must decide", checking: "Being checked", behind: "Waits behind another message", many: (n) => `${n} documents`, release: "Release", drop: "Drop", recheck: "Check again", done: "Ordered; the trace shows what came of it",
    means: { release: "The message is delivered whatever its signatures are. Look at the verdict in its trace first.", drop: "The message is not delivered; its sender sees it as expired.", recheck: "The hub judges all signatures again: an authority may answer now, or be trusted now." },
  },
  signer: {
    title: "The sender's signature", key: "Thumbprint of the key", algorithm: "Algorithm", now: "The key today", counts: "Counts", unknownKey: "The rules know this key no more", then: "When the hub decided, the signature was right and the key was valid.",
    certificate: "Its certificate then", noCertificate: "The key was registered without a certificate.", subject: "Issued to", authority: "Authority", valid: "Valid", status: "Checked before", noCheck: "never checked",
    doubt: "This message is in question: somebody else may have had the key since", suspected: "not confirmed", openReport: "Open the report",
  },
  verdict: {
    title: "Signatures in documents", policy: "Policy", policies: { off: "not checked", record: "the verdict is recorded, delivered at once", require: "delivered only if valid" }, judged: "Judged at", waiting: "There is no verdict yet.", none: "The message has no document to be judged.",
    document: "Document", notYet: "Not judged yet", signature: (n) => `Signature ${n}`, noSignatures: "No signature could be read.", stamped: "Time stamp", noStamp: "no time stamp", trust: "Trust list", held: "To what is held for signatures",
    grades: { valid: "Valid", valid_legacy: "Valid, legacy", indeterminate: "Indeterminate", invalid: "Invalid" },
  },
  evidence: {
    title: "Evidence", lead: "One file that anybody can check without the hub: hub verify FILE --trust DIRECTORY.", take: "Take the evidence", withBody: "The message's body is in it.", withoutBody: "Only the hash of the body is in it: you have no right to see bodies.", audited: "That it was taken is recorded: who, when, and why.",
    stage: "What it shall prove", whole: "Everything that happened", recipient: "Of the recipient", notBy: "That it had not come so far by", notByHint: "Left empty: that it has come so far. A moment at least 30 seconds ago.",
    stages: { admitted: "The hub took it", delivered: "Delivered", acknowledged: "Acknowledged", processed: "Processed", rejected: "Rejected" },
  },
};
