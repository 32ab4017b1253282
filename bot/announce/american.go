package announce

import "strings"

// otherAreas are the area codes under +1 that are not of the United States:
// Canada, and the states and territories of the Caribbean and Bermuda that have a plan of
// their own (nationalnanpa.com, area codes by country).
var otherAreas = codes(
	// Canada
	"204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 387 403 416 418 428 431 437 438 450 460 468 474 506 514 519",
	"537 548 568 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 851 867 873 879 902 905 942",
	// Bahamas, Barbados, Anguilla, Antigua, British Virgin Islands, Cayman, Bermuda, Grenada, Turks and Caicos, Jamaica, Montserrat
	"242 246 264 268 284 345 441 473 649 658 876 664",
	// Sint Maarten, Saint Lucia, Dominica, Saint Vincent, Dominican Republic, Trinidad, Saint Kitts
	"721 758 767 784 809 829 849 868 869",
)

func codes(lines ...string) map[string]bool {
	all := make(map[string]bool)
	for _, line := range lines {
		for _, code := range strings.Fields(line) {
			all[code] = true
		}
	}
	return all
}

// american tells whether an address is a number of the United States: WhatsApp
// delivers no marketing there (twilio.com/docs/api/errors/63049). An address
// without a number names the country itself.
func american(address string) bool {
	_, name, _ := strings.Cut(address, ":")
	if strings.HasPrefix(name, "US.") {
		return true
	}
	digits, international := strings.CutPrefix(name, "+1")
	return international && len(digits) == 10 && !otherAreas[digits[:3]]
}
