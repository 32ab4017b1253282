package store

import "slices"

// Role is what a member of staff may be. A set of them, not a ladder.
type Role string

// The roles.
const (
	Coordinator Role = "coordinator" // announces
	Approver    Role = "approver"    // the second pair of eyes
	Official    Role = "official"    // asks for figures
	Auditor     Role = "auditor"     // reads the log, no profile
	Admin       Role = "admin"       // accounts and settings
)

// Roles are all roles.
var Roles = []Role{Coordinator, Approver, Official, Auditor, Admin}

// Organisation is whom a role acts for.
type Organisation string

// The organisations.
const (
	IOM         Organisation = "iom"
	Ministry    Organisation = "ministry"
	Association Organisation = "association"
	OtherOrg    Organisation = "other"
	Public      Organisation = "public" // everybody: of figures on public pages, never of a role
)

// Organisations are all organisations.
var Organisations = []Organisation{IOM, Ministry, Association, OtherOrg}

// Permission is something that only some roles may do.
type Permission string

// The permissions.
const (
	// OpenProfile shows a member's name to the running organisation, where that
	// member has agreed to be contacted.
	OpenProfile Permission = "profile.open"
	// RequestProfile asks one member to pass their profile to one institution.
	RequestProfile Permission = "profile.request"
	// AskFigures asks for protected counts.
	AskFigures Permission = "figure.ask"
	// ReadFunnel is told how many registrations are begun, and where they stop: only
	// who runs the service, and can change what stops people. Who stopped or
	// refused is no member and has agreed to nothing, so nobody else counts them.
	ReadFunnel Permission = "funnel.read"
	// GetDigest is told regularly what has changed: of figures and meetings only
	// what the role may see anyway.
	GetDigest Permission = "digest.get"
	// Announce plans missions, and tells members of them once somebody else has
	// approved.
	Announce Permission = "mission.announce"
	// Approve is the second pair of eyes on an announcement.
	Approve Permission = "mission.approve"
	// ReadAudit reads the audit log.
	ReadAudit Permission = "audit.read"
	// ManageRoles lists and revokes roles.
	ManageRoles Permission = "role.manage"
)

// Permit says who has a permission.
type Permit struct {
	Roles []Role
	// Running: only for the organisation that runs the service.
	Running bool
}

// Permissions is the one table of who may do what (domain reference, 2.6).
var Permissions = map[Permission]Permit{
	OpenProfile:    {Roles: []Role{Coordinator}, Running: true},
	RequestProfile: {Roles: []Role{Coordinator, Official}},
	AskFigures:     {Roles: []Role{Official}},
	ReadFunnel:     {Roles: []Role{Coordinator}, Running: true},
	GetDigest:      {Roles: []Role{Coordinator, Official}},
	Announce:       {Roles: []Role{Coordinator}},
	Approve:        {Roles: []Role{Approver}, Running: true},
	ReadAudit:      {Roles: []Role{Auditor, Admin}},
	ManageRoles:    {Roles: []Role{Admin}},
}

// May tells whether a role of an organisation has a permission, where running
// is the kind of the organisation that runs the service. What does the work
// asks Tx.Allowed, which knows whether the role is still live.
func May(p Permission, role Role, org, running Organisation) bool {
	permit, known := Permissions[p]
	return known && slices.Contains(permit.Roles, role) && (!permit.Running || org == running && org != Ministry)
}
