package locales

// The keys of approved WhatsApp texts and of what is read by « lire ».
const (
	WaMission   Key = "wa_mission"
	WaStub      Key = "wa_stub"
	WaStubRead  Key = "wa_stub_read"
	WaChange    Key = "wa_change"
	WaReminder  Key = "wa_reminder"
	WaApproval  Key = "wa_approval"
	WaReconfirm Key = "wa_reconfirm"
	WaRoleLapse Key = "wa_role_lapse"
	CmdRead     Key = "cmd_read"
	ReadLetter  Key = "read_letter"
	ReadNone    Key = "read_none"
	ReadOver    Key = "read_over"
)
