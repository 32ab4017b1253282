package bot

import "mboka/flows"

// announcementDecided says what came of what staff did about an announcement.
// False: it was something else.
func (t *thinker) announcementDecided(_ flows.Fact, _ []flows.Line) bool { return false }
