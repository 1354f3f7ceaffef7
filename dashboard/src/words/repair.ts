/** Words of what operators repair: stages of a message, its content, the desk of dead letters. */
export const repairVi = {
  stages: {
    title: "Từng chặng", timeline: "Các bước", received: "Đã nhận", admitted: "Đã chấp nhận", sent: "Đã gửi", answered: "Trả lời",
    attributes: "Thuộc tính đã ký, như trục hiểu", noAnswer: "Chưa nơi nhận nào trả lời.", nothingSent: "Chưa gửi lần nào.", nextAt: "thử lại lúc", of: (n: string, most: string) => `lần ${n} trên ${most}`, took: "mất", trace: "Mã vết (trace id)", retriedAt: "Người vận hành gửi lại lúc",
  },
  content: {
    title: "Xem nội dung", lead: "Trường cá nhân được che, trừ khi anh/chị có quyền xem. Lần xem được ghi vào nhật ký.", show: "Xem nội dung", masked: "Đã che trường cá nhân.", plain: "Không che.", undeclared: "Lược đồ không khai trường cá nhân: mọi giá trị đều bị che.", noRight: "Anh/chị không có quyền xem nội dung.",
    edit: "Sửa và gửi bản mới", editLead: "Bản mới do hệ thống của đơn vị vận hành ký, không dùng chữ ký của bên gửi. Nơi nhận thấy ai đã gửi. Bản cũ vẫn còn nguyên.", body: "Nội dung (JSON)", recipients: "Hệ thống nhận, mỗi dòng một hệ thống", sent: "Đã gửi thành thông điệp mới",
  },
  desk: {
    title: "Xử lý", stage: "Tình trạng", assignee: "Người phụ trách", nobody: "chưa ai", takenBy: "Người tiếp nhận", take: "Đã biết", assign: "Giao cho…", note: "Ghi chú", notes: "Ghi chú của người vận hành", noNotes: "Chưa có ghi chú nào.", noteHint: "Ghi chú này cũng là lý do trong nhật ký.",
    redirect: "Gửi tới nơi khác…", redirectLead: "Thông điệp giữ nguyên chữ ký của bên gửi, và chỉ tới nơi mà bên gửi có quyền gửi. Thư chết này kết thúc.", to: "Hệ thống nhận", noDestinations: "Không hệ thống nào khác nhận loại này từ bên gửi.",
    tries: (n: string, most: string) => `${n} trên ${most}`, nextAt: "Tự thử lại lúc", none: "không tự thử lại", behind: "Đang chờ phía sau", alike: "Cùng nguyên nhân", done: (n: string) => `Đã ghi cho ${n} thư`,
    stages: { new: "Mới", acknowledged: "Đã biết", retrying: "Đang gửi lại", resolved: "Đã xong", discarded: "Đã bỏ" } as Record<string, string>, open: "Đang mở",
  },
  pace: {
    batch: "Số thư mỗi lượt", perMinute: "Nhiều nhất mỗi phút (trống: không giới hạn)", dryRun: "Chạy thử: chỉ liệt kê, không ra lệnh", systems: "Chỉ các hệ thống nhận này, mỗi dòng một hệ thống (trống: tất cả)", paused: "Xác nhận nhưng chưa chạy", title: "Cách chạy", of: (batch: string, rate: string) => `mỗi lượt ${batch}${rate && `, nhiều nhất ${rate} thư/phút`}`, isDry: "chạy thử", nextAt: "Lượt sau lúc",
  },
};

export const repairEn: typeof repairVi = {
  stages: {
    title: "Stage by stage", timeline: "Steps", received: "Received", admitted: "Admitted", sent: "Sent", answered: "Answers",
    attributes: "The signed attributes, as the hub understood them", noAnswer: "No recipient has answered yet.", nothingSent: "Nothing was sent yet.", nextAt: "tried again at", of: (n, most) => `attempt ${n} of ${most}`, took: "took", trace: "Trace id", retriedAt: "Retried by an operator at",
  },
  content: {
    title: "See the content", lead: "Personal fields are masked unless you have the right to see them. The look is in the audit trail.", show: "See the content", masked: "Personal fields are masked.", plain: "Nothing is masked.", undeclared: "The schema does not say which fields are personal: all values are masked.", noRight: "You have no right to see the content.",
    edit: "Edit and send anew", editLead: "The new message is signed by the operator's own system, never by the first sender. The recipient sees who sent it. The first one stays as it is.", body: "Content (JSON)", recipients: "Receiving systems, one on each line", sent: "Sent as a new message",
  },
  desk: {
    title: "Who sees to it", stage: "Stage", assignee: "Assigned to", nobody: "nobody", takenBy: "Acknowledged by", take: "Acknowledge", assign: "Assign…", note: "Note", notes: "Notes of operators", noNotes: "There is no note yet.", noteHint: "The note is the reason in the audit trail too.",
    redirect: "Send somewhere else…", redirectLead: "The message keeps its sender's signature, and goes only where its sender may send it. This dead letter ends.", to: "Receiving system", noDestinations: "No other system takes this type from this sender.",
    tries: (n, most) => `${n} of ${most}`, nextAt: "Tried again by itself at", none: "not by itself", behind: "Waiting behind it", alike: "With the same cause", done: (n) => `Noted for ${n}`,
    stages: { new: "New", acknowledged: "Acknowledged", retrying: "Retrying", resolved: "Resolved", discarded: "Discarded" }, open: "Open",
  },
  pace: {
    batch: "In one slice", perMinute: "At most per minute (empty: no limit)", dryRun: "Dry run: list them, order nothing", systems: "Only these receiving systems, one on each line (empty: all)", paused: "Confirm, but do not start yet", title: "Pace", of: (batch, rate) => `${batch} in a slice${rate && `, at most ${rate} a minute`}`, isDry: "dry run", nextAt: "Next slice at",
  },
};
