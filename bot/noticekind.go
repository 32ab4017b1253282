package bot

// NoticeKind is a kind of message that the service says first. Each has an
// approved WhatsApp template, or is parked until the person writes: the table
// stands in bot/whatsapp.
type NoticeKind string

// The kinds, and in brackets what Message.Fields holds for the template, in
// order: each one line, none empty.
const (
	NoticeMission   NoticeKind = "mission"    // a meeting or visit [title, when, where, whether the state is there]
	NoticeStub      NoticeKind = "stub"       // that there is an announcement, and no word of which []
	NoticeChange    NoticeKind = "change"     // it is changed or cancelled [title, what]
	NoticeReminder  NoticeKind = "reminder"   // a week or a day before [title, when, where]
	NoticeApproval  NoticeKind = "approval"   // to staff: somebody asks for a yes []
	NoticeProgress  NoticeKind = "progress"   // to staff: how far a sending is, and its report
	NoticeRetention NoticeKind = "retention"  // what is kept will be erased [organisation, date]
	NoticeReconfirm NoticeKind = "reconfirm"  // once a year: is the profile still right? []
	NoticeDigest    NoticeKind = "digest"     // to staff: figures of the month
	NoticeMatch     NoticeKind = "match"      // somebody looks for such skills
	NoticeContact   NoticeKind = "contact"    // somebody wrote through the directory []
	NoticeRoleLapse NoticeKind = "role_lapse" // to staff: the role has ended [days, contact]
)

// NoticeKinds are all kinds.
var NoticeKinds = []NoticeKind{NoticeMission, NoticeStub, NoticeChange, NoticeReminder, NoticeApproval, NoticeProgress,
	NoticeRetention, NoticeReconfirm, NoticeDigest, NoticeMatch, NoticeContact, NoticeRoleLapse}
