/** Words of schemas: the life of a version, two of them side by side, what a change would have done. */
export const schemasVi = {
  difference: {
    title: (before: string, after: string) => `${before} bên cạnh ${after}`, same: "Hai bản giống nhau.", unchanged: (lines: number) => `${lines} dòng không đổi`,
  },
  schemaLife: {
    states: { draft: "Dự thảo", review: "Chờ duyệt", dropped: "Đã bỏ", approved: "Đã công bố", deprecated: "Khuyến nghị thôi dùng", retired: "Hết hiệu lực" } as Record<string, string>,
    orders: { submit: "Trình duyệt", approve: "Duyệt và công bố", drop: "Bỏ dự thảo", deprecate: "Khuyến nghị thôi dùng", retire: "Ngừng hiệu lực" },
    means: {
      submit: "Người khác xem và duyệt; bản này nằm ở trang Chờ duyệt cho tới lúc đó.", approve: "Bản đã công bố không bao giờ đổi. Nó được so lại với các bản trước ngay lúc này.", drop: "Số của dự thảo không dùng lại cho bản khác.",
      deprecate: "Thông điệp dùng bản này vẫn được nhận; bên gửi nên chuyển sang bản mới.", retire: "Thông điệp dùng bản này bị từ chối từ nay, vĩnh viễn. Xem trước ai còn gửi ở mục Ai dùng.",
    },
    deeds: { draft_schema: "Dự thảo", ask: "Trình duyệt", approved: "Người thứ hai duyệt", refused: "Người thứ hai không duyệt", withdrawn: "Rút lại", publish_schema: "Công bố", deprecate_schema: "Khuyến nghị thôi dùng", retire_schema: "Ngừng hiệu lực", drop_schema: "Bỏ dự thảo" } as Record<string, string>,
    author: "Người soạn", waits: "Chờ người thứ hai duyệt.", waitsForAnother: "Anh/chị đã soạn bản này; chờ người khác duyệt.", history: "Đã làm gì, ai, vì sao", noHistory: "Chưa có việc nào được ghi.",
    level: "Mức tương thích", setLevel: "Đổi mức tương thích", levelSet: "Đã đổi mức tương thích", own: "đặt riêng cho lược đồ này", shared: "theo mức chung",
    levels: {
      BACKWARD_TRANSITIVE: "Ai đọc bằng bản mới hiểu mọi bản cũ", BACKWARD: "Ai đọc bằng bản mới hiểu bản liền trước", FORWARD_TRANSITIVE: "Ai còn đọc bằng bản cũ nào cũng hiểu bản mới", FORWARD: "Ai còn đọc bằng bản liền trước hiểu bản mới",
      FULL_TRANSITIVE: "Cả hai chiều, với mọi bản cũ", FULL: "Cả hai chiều, với bản liền trước", NONE: "Không so với bản nào",
    } as Record<string, string>,
    use: "Ai dùng", mayClaim: "Được gửi", takers: "Nhận", subscribers: "Đăng ký nhận", readAs: "Đọc được như", sent: "Đang gửi bản nào", nothingSent: "Chưa ai gửi loại này.", version: "Bản", last: "Lần cuối", newest: (n: string) => `Theo nhiều nhất ${n} thông điệp mới nhất của loại này.`,
  },
  candidate: {
    tab: "Thử một bản mới", title: "Bản mới", document: "Lược đồ JSON", hint: "$id cho biết của loại nào: urn:hub:schema:<tên>:<chính>.<phụ>", compare: "So với các bản đã công bố", keep: "Lưu dự thảo", keepLead: "Dự thảo giữ số của nó từ lúc này. Nội dung đã lưu không đổi được nữa.", noJson: "Văn bản này không phải một đối tượng JSON.",
    fits: (level: string) => `Tương thích (${level})`, breaks: (level: string) => `Không tương thích (${level})`, from: "Soạn bản kế tiếp từ bản này",
  },
  impact: {
    title: "Phát lại với thông điệp thật", lead: "Mọi thông điệp đã nhận của loại này trong những ngày qua được đọc lại với lược đồ trên. Không gửi gì, không lưu gì; giá trị không hiện ra.", days: "Số ngày qua", run: "Phát lại", stop: "Dừng", progress: "Đã xem tới đâu",
    broken: (broken: string, all: string) => `${broken} trong ${all} thông điệp sẽ bị từ chối`, gone: (n: string) => `${n} thông điệp không còn giữ nội dung`, part: "chưa xem hết", senders: "Bên gửi", system: "Hệ thống gửi", messages: "Thông điệp", refused: "Sẽ bị từ chối", why: "Vì quy tắc",
    recipients: "Bên nhận sẽ thiếu", recipient: "Hệ thống nhận", missed: "Thiếu thông điệp", examples: (system: string) => `Ví dụ của ${system}`, found: "ở đó có", takers: "Các hệ thống nhận loại này vẫn đọc theo bản cũ của mình",
    proved: "Đã chứng minh tương thích hai chiều với mọi bản đã công bố.", unproved: (n: string) => `${n} điểm không chứng minh được với các bản đã công bố`,
  },
  corrections: {
    waits: "Đã trình; người thứ hai duyệt thì mới gửi", asked: (to: string) => `Đã trình gửi tới ${to}; chờ người thứ hai duyệt.`, seeSchema: "Xem lược đồ: khác gì, ai dùng, phát lại", seeLetter: "Xem thư chết", compare: "Xem bản sửa đổi gì", before: "Bản gốc", after: "Bản sửa", sent: "Bản này đã gửi; xem thông điệp của nó.", lead: "Trường cá nhân được che, trừ khi anh/chị có quyền xem. Lần xem được ghi vào nhật ký.",
    poison: "Trong thông điệp có gì",
  },
};

export const schemasEn: typeof schemasVi = {
  difference: {
    title: (before, after) => `${before} beside ${after}`, same: "Both are the same.", unchanged: (lines) => `${lines} lines unchanged`,
  },
  schemaLife: {
    states: { draft: "Draft", review: "Under review", dropped: "Dropped", approved: "Published", deprecated: "Deprecated", retired: "Retired" },
    orders: { submit: "Submit for review", approve: "Approve and publish", drop: "Drop the draft", deprecate: "Deprecate", retire: "Retire" },
    means: {
      submit: "Another person looks at it and approves; until then it waits under Approvals.", approve: "What is published never changes. It is compared with the versions before once more, now.", drop: "The number of a draft is not used for another one.",
      deprecate: "Messages that name this version are still taken; their senders should change to a newer one.", retire: "Messages that name this version are refused from now on, for ever. See first who still sends it, under Who uses it.",
    },
    deeds: { draft_schema: "Drafted", ask: "Submitted for review", approved: "Approved by a second person", refused: "Not approved by a second person", withdrawn: "Taken back", publish_schema: "Published", deprecate_schema: "Deprecated", retire_schema: "Retired", drop_schema: "Dropped" },
    author: "Drafted by", waits: "It waits for a second person.", waitsForAnother: "You drafted it; another person approves it.", history: "What was done, by whom and why", noHistory: "Nothing is noted yet.",
    level: "Compatibility level", setLevel: "Change the compatibility level", levelSet: "The compatibility level is changed", own: "of this schema alone", shared: "the level of all others",
    levels: {
      BACKWARD_TRANSITIVE: "Who reads with the new version understands all older ones", BACKWARD: "Who reads with the new version understands the one before", FORWARD_TRANSITIVE: "Who still reads with any older version understands the new one", FORWARD: "Who still reads with the version before understands the new one",
      FULL_TRANSITIVE: "Both ways, with all older versions", FULL: "Both ways, with the version before", NONE: "Compared with none",
    },
    use: "Who uses it", mayClaim: "May send it", takers: "Take it", subscribers: "Subscribed", readAs: "Read as", sent: "Who sends which version", nothingSent: "Nobody has sent this type yet.", version: "Version", last: "Last", newest: (n) => `By the newest messages of the type, at most ${n}.`,
  },
  candidate: {
    tab: "Try a new version", title: "A new version", document: "JSON Schema", hint: "$id says of which type it is: urn:hub:schema:<name>:<major>.<minor>", compare: "Compare with the published versions", keep: "Keep as a draft", keepLead: "A draft has its number from now on. What is kept does not change any more.", noJson: "This text is no JSON object.",
    fits: (level) => `Compatible (${level})`, breaks: (level) => `Not compatible (${level})`, from: "Write the next version from this one",
  },
  impact: {
    title: "Replay with real messages", lead: "Every admitted message of the type of the last days is read again with the schema above. Nothing is sent or kept; no value is shown.", days: "Days back", run: "Replay", stop: "Stop", progress: "How far it is",
    broken: (broken, all) => `${broken} of ${all} messages would be refused`, gone: (n) => `${n} messages whose bodies are no longer kept`, part: "not all was looked at", senders: "Senders", system: "Sending system", messages: "Messages", refused: "Would be refused", why: "By the rules",
    recipients: "Recipients that would miss some", recipient: "Receiving system", missed: "Messages less", examples: (system) => `Examples of ${system}`, found: "there stands", takers: "The systems that take the type go on reading with their older version",
    proved: "Proved compatible both ways with every published version.", unproved: (n) => `${n} points that cannot be proved against the published versions`,
  },
  corrections: {
    waits: "Asked for; it is sent once a second person has approved it", asked: (to) => `Somebody has asked to send it to ${to}; it waits for a second person.`, seeSchema: "See the schema: what differs, who uses it, replay", seeLetter: "See the dead letter", compare: "See what the copy changes", before: "The first one", after: "The copy", sent: "This copy was sent; see its own message.", lead: "Personal fields are masked unless you have the right to see them. The look is in the audit trail.",
    poison: "What the message says",
  },
};
