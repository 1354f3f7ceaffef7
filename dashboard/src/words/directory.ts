/** Words of the directory's tree, history and import, and of the choice of recipients. */
export const directoryVi = {
  tree: {
    tab: "Cây cơ quan", open: (name: string) => `Cấp dưới của ${name}`, findHint: "Gõ không dấu cũng được; mã cũ và mã viết chưa chuẩn cũng tìm thấy.", ended: "Hiện cả cơ quan đã kết thúc", hidden: (n: string) => `${n} cơ quan đã kết thúc không hiện.`, more: "Xem tiếp cấp này", below: "Đơn vị trực thuộc",
    notFound: "Không cơ quan nào có tên hoặc mã như vậy.", byCode: "theo mã", moreFound: "Còn nữa; hãy gõ thêm.",
  },
  timeline: {
    title: "Lịch sử tổ chức", none: "Danh bạ chưa ghi lần sắp xếp nào.", dayUnknown: "Không rõ ngày", ahead: "Sắp tới", nobody: "không có", nobodyAfter: "không cơ quan nào kế tục", splitMeans: "Thư gửi theo mã cũ phải có người chọn nơi nhận.", leftOut: "Còn những cơ quan liên quan khác không hiện ở đây.",
    turns: { founded: "Thành lập", merged: "Hợp nhất", absorbed: "Sáp nhập", split: "Chia tách", succeeded: "Kế tục", reorganised: "Tổ chức lại", abolished: "Giải thể", renamed: "Đổi tên", moved: "Đổi cấp trên" },
  },
  organisation: {
    add: "Thêm cơ quan", id: "Mã trong trục", idHint: "Không bao giờ đổi; nên lấy mã định danh đầu tiên, ví dụ H99.61", exists: "Tồn tại", groups: "Thuộc nhóm", from: "Từ ngày", to: "Đến hết ngày", toHint: "Ngày cuối cùng còn tồn tại; có thể là một ngày sắp tới", audit: "Ai đã sửa gì",
    contacts: "Liên hệ", contactOf: { technical: "Liên hệ kỹ thuật", business: "Liên hệ nghiệp vụ" }, office: "Bộ phận (không phải tên người)", email: "Thư điện tử", phone: "Điện thoại", handedInBy: "Nộp hộ bởi", representing: "Hệ thống nói thay cơ quan này",
    successors: "Cơ quan kế tục", successorsHint: "Một cơ quan: thư được chuyển tới đó. Nhiều cơ quan: người vận hành chọn cho từng thư.", fitting: "Cơ quan khớp", picked: "đã chọn", unpick: "Bỏ chọn",
    second: "Xin người thứ hai duyệt, chưa đổi ngay", propose: "Gửi xin duyệt", proposed: "Đã gửi; chờ người thứ hai ở trang Chờ duyệt",
    effect: "Thử với thông điệp 24 giờ qua", effectTold: (n: string, of: string) => `${n} trong ${of} thông điệp sẽ khác đi.`, effectPart: "Chỉ xem được một phần.",
    recalled: "chưa xác nhận", schemes: { qd20: "QĐ 20/2020/QĐ-TTg", qcvn102: "QCVN 102:2016/BTTTT", other: "Khác" } as Record<string, string>, counts: "Đang dùng", countsNot: "Hết hiệu lực", nowOf: "Nay là mã của", addCode: "Thêm mã", codeHint: "Ví dụ H99.61 hoặc 000.00.61.H99", codeEnds: "Mã cũ vẫn dẫn tới cơ quan, kể cả khi đã hết hiệu lực",
  },
  directoryImport: {
    tab: "Nhập từ tệp", title: "Nhập cơ quan từ tệp", lead: "Danh sách của trục quốc gia (JSON), CSV hoặc XLSX. Chọn tệp để xem sẽ đổi gì; chưa có gì thay đổi cho tới khi xác nhận.", choose: "Chọn tệp", whole: "Tệp là toàn bộ danh bạ: cơ quan không có trong tệp thì kết thúc", reading: "Đang so tệp với danh bạ…", unfit: "Tên tệp phải kết thúc bằng .json, .csv hoặc .xlsx.",
    rows: "Dòng trong tệp", existing: "Cơ quan hiện có", added: "Thêm mới", altered: "Sửa", closed: "Kết thúc", leftOut: "Dòng không lấy", asks: (n: string, of: string) => `Tệp này sẽ kết thúc ${n} trong ${of} cơ quan`, asksNext: "Có thể tệp bị thiếu. Nếu đúng như vậy, khi nhập hãy gõ lại số cơ quan bị kết thúc.", closing: "Số cơ quan bị kết thúc, gõ lại",
    findings: "Điều phát hiện trong tệp", place: "Chỗ", row: "dòng", said: "Vì", detail: "Chi tiết", taken: "Vẫn lấy", notTaken: "Không lấy", nothing: "Tệp không làm thay đổi gì.", shown: (n: string, of: string) => `Xem ${n} trong ${of} thay đổi`, what: "Việc", whats: { put_organisation: "Cơ quan", put_code: "Mã định danh" } as Record<string, string>, which: "Đối tượng", how: "Sẽ là", run: "Nhập", means: (added: string, altered: string, closed: string) => `Thêm ${added}, sửa ${altered}, kết thúc ${closed} cơ quan.`, imported: (n: string) => `Đã nhập ${n} thay đổi`,
    saids: { unreadable: "Không đọc được", no_code: "Không có mã đọc được", no_name: "Không có tên", code_taken: "Mã thuộc hai cơ quan", unknown_parent: "Không biết cấp trên", unknown_successor: "Không biết cơ quan kế tục", cycle: "Vòng tròn cấp trên hoặc kế tục", refused: "Trường sai dạng", repaired: "Mã đã được sửa cách viết", duplicate: "Dòng lặp lại", suffix: "Mã cấp 1 khác cấp trên", unsure: "Chưa chắc: chưa có danh sách nào xác nhận" } as Record<string, string>,
  },
  reviews: {
    tabs: { waiting: "Đang chờ", made: "Đã chọn" }, title: "Chọn nơi nhận", lead: "Thư gửi tới cơ quan đã chia thành nhiều cơ quan: người vận hành chọn ai nhận.", none: "Không có thư nào chờ chọn nơi nhận.", noneMade: "Chưa có lần chọn nào.", message: "Thông điệp", type: "Loại", candidates: "Có thể là", since: "Từ lúc", until: "Tự kết thúc lúc", soon: "Sắp tự kết thúc", others: "Hệ thống khác", othersHint: "Tên hệ thống, cách nhau bằng dấu cách; phải nhận loại này và bên gửi phải được gửi tới đó",
    suggested: "Gợi ý", takesNot: "không nhận loại này", choose: "Chọn nơi nhận", give: "Giao cho nơi đã chọn", giveNobody: "Không giao cho ai", nobody: "Không chọn ai: thư không tới nơi nào trong số này, và bên gửi thấy là hết hạn.", means: "Gợi ý là nơi đã giải quyết việc cùng mã; nếu chưa có thì là tất cả. Chọn rồi không đổi được.", done: "Đã ra lệnh; kết quả ở mục Đã chọn",
    by: "Người chọn", reason: "Lý do", became: "Nay", waits: "Vẫn chờ: lệnh đang tới bộ định tuyến, hoặc lựa chọn không còn hợp", toNobody: "Không ai nhận", endedLead: "Thư tự kết thúc vì không ai chọn:", ended: "tìm trong 30 ngày qua",
  },
};

export const directoryEn: typeof directoryVi = {
  tree: {
    tab: "Tree", open: (name) => `Below ${name}`, findHint: "Without accents too; old codes and codes in other spellings are found as well.", ended: "Show organisations that exist no more", hidden: (n) => `${n} that exist no more are not shown.`, more: "More of this level", below: "Right below",
    notFound: "No organisation has such a name or code.", byCode: "by the code", moreFound: "There are more; type on.",
  },
  timeline: {
    title: "Succession", none: "The directory knows of no reorganisation.", dayUnknown: "Day unknown", ahead: "To come", nobody: "none", nobodyAfter: "no successor", splitMeans: "Of letters to the old code a person chooses the recipient.", leftOut: "There are more organisations in this line than are shown.",
    turns: { founded: "Founded", merged: "Merged", absorbed: "Absorbed", split: "Split", succeeded: "Succeeded", reorganised: "Reorganised", abolished: "Abolished", renamed: "Renamed", moved: "Moved" },
  },
  organisation: {
    add: "Add an organisation", id: "Id in the hub", idHint: "It never changes; best the first code, such as H99.61", exists: "Exists", groups: "In the groups", from: "From", to: "Until the end of", toHint: "The last day of its existence; it may be one to come", audit: "Who changed what",
    contacts: "Contacts", contactOf: { technical: "Technical contact", business: "Business contact" }, office: "Office (no person's name)", email: "E-mail", phone: "Telephone", handedInBy: "Handed in by", representing: "Systems that speak for it",
    successors: "Successors", successorsHint: "One: its post goes there. Several: an operator chooses for each letter.", fitting: "Organisations that fit", picked: "chosen", unpick: "Take out",
    second: "Ask a second person; do not change it yet", propose: "Ask for approval", proposed: "Asked for; it waits for a second person under Approvals",
    effect: "Try it on the messages of the last 24 hours", effectTold: (n, of) => `${n} of ${of} messages would have another fate.`, effectPart: "Only a part could be looked at.",
    recalled: "unconfirmed", schemes: { qd20: "Decision 20/2020", qcvn102: "QCVN 102:2016", other: "Other" }, counts: "In use", countsNot: "Ended", nowOf: "Now the code of", addCode: "Add a code", codeHint: "Such as H99.61 or 000.00.61.H99", codeEnds: "An old code leads to its organisation even after its end",
  },
  directoryImport: {
    tab: "Import a file", title: "Organisations from a file", lead: "The national axis' lists (JSON), CSV or XLSX. Choose a file to see what it would change; nothing is changed until it is confirmed.", choose: "Choose a file", whole: "The file is the whole directory: who is not in it ends", reading: "Comparing the file with the directory…", unfit: "The file's name must end in .json, .csv or .xlsx.",
    rows: "Rows in the file", existing: "Organisations now", added: "Added", altered: "Changed", closed: "Ended", leftOut: "Rows left out", asks: (n, of) => `This file would end ${n} of ${of} organisations`, asksNext: "Perhaps the file is cut off. If this is meant, type the number of those that end when you import it.", closing: "How many end, typed again",
    findings: "What was found in the file", place: "Place", row: "row", said: "Why", detail: "Detail", taken: "Taken", notTaken: "Left out", nothing: "The file changes nothing.", shown: (n, of) => `Look at ${n} of ${of} changes`, what: "Change", whats: { put_organisation: "Organisation", put_code: "Code" }, which: "Of", how: "Will be", run: "Import", means: (added, altered, closed) => `${added} organisations are added, ${altered} changed, ${closed} end.`, imported: (n) => `${n} changes imported`,
    saids: { unreadable: "Unreadable", no_code: "No code can be read", no_name: "No name", code_taken: "Two organisations with one code", unknown_parent: "Unknown parent", unknown_successor: "Unknown successor", cycle: "A circle of parents or successors", refused: "A field has a wrong form", repaired: "The spelling of the code was repaired", duplicate: "The same row again", suffix: "Another level 1 than the parent's", unsure: "Not sure: no list has confirmed it" },
  },
  reviews: {
    tabs: { waiting: "Waiting", made: "Chosen" }, title: "Manual review", lead: "Messages to an organisation that became several: an operator chooses who gets them.", none: "No message waits for a choice of the recipient.", noneMade: "Nothing was chosen yet.", message: "Message", type: "Type", candidates: "May be", since: "Since", until: "Ends by itself at", soon: "Ends soon", others: "Other systems", othersHint: "Names with blanks between; they must take the type, and the sender must be allowed to send there",
    suggested: "Suggested", takesNot: "does not take this type", choose: "Choose the recipient", give: "Give it to those chosen", giveNobody: "Give it to nobody", nobody: "Nobody is chosen: it goes to none of these, and its sender sees that it has expired.", means: "Suggested is who dealt with the same business key; without such, all. A choice cannot be changed.", done: "Ordered; see what came of it under Chosen",
    by: "Chosen by", reason: "Reason", became: "Now", waits: "Still waits: the order is on its way to the router, or the choice fits no more", toNobody: "To nobody", endedLead: "Ended because nobody chose:", ended: "search the last 30 days",
  },
};
