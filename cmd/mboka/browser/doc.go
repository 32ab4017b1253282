// Package browser looks at the service as somebody does who has a browser and
// nothing else. It holds tests only.
//
// The service is the real binary over PostgreSQL and Redis, with the platforms
// faked; the browser is Debian's Chromium without a window, driven by chromedp,
// one for all tests. A page is opened as on a narrow phone (320 px) and as on a
// desk (1280 px), by light and in the dark. What fails a test wherever it
// happens: an error on the console, anything that the page's own policy had to
// refuse, a request to another host.
//
//	go test -v ./cmd/mboka/browser                        -v shows the weights
//	go test ./cmd/mboka/browser -browser.out=/tmp/looks   keeps the screenshots and the report there
//	go test ./cmd/mboka/browser -run Public
//
// The public pages are not listed anywhere: they are found by following the
// links from / in each language, so that none is forgotten.
//
// For a test of your own: newSite starts the service, (*site).open a page in a
// clean browser of its own; press, write and until do what a person with a
// keyboard does, and check asks axe-core. Nothing sleeps: until waits for what
// the person would wait for.
package browser
