package storetest

import (
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy stands between the service and one of its stores and breaks the network
// there. It begins by passing everything on. Its methods may be called from any
// goroutine.
type Proxy struct {
	listener net.Listener
	network  string
	target   string
	running  sync.WaitGroup

	mu     sync.Mutex
	mode   mode
	delay  time.Duration
	links  map[*link]struct{}
	closed bool
}

type mode int

const (
	passing mode = iota
	refusing
	halfOpen
)

// NewProxy listens on a free port and leads to the target: network "tcp" with
// "host:port", or "unix" with the path of a socket. It ends with the test.
func NewProxy(t testing.TB, network, target string) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: listener, network: network, target: target, links: map[*link]struct{}{}}
	p.running.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// Addr is where the proxy listens, "127.0.0.1:port".
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Pass heals the network. Connections that have lost bytes meanwhile are cut:
// what they would carry now makes no sense.
func (p *Proxy) Pass() {
	p.set(passing, 0)
	p.cut(func(l *link) bool { return l.lost })
}

// Refuse cuts every connection and resets new ones at once.
func (p *Proxy) Refuse() {
	p.set(refusing, 0)
	p.Cut()
}

// Delay has everything arrive d later, each way; nothing is lost.
func (p *Proxy) Delay(d time.Duration) { p.set(passing, d) }

// HalfOpen is a peer that has vanished without a word: connections stay, new
// ones are made, and nothing that is sent arrives, either way.
func (p *Proxy) HalfOpen() { p.set(halfOpen, 0) }

// Cut resets every connection there is. New ones are as before.
func (p *Proxy) Cut() { p.cut(func(*link) bool { return true }) }

// Open is how many connections there are.
func (p *Proxy) Open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.links)
}

func (p *Proxy) set(m mode, delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode, p.delay = m, delay
}

func (p *Proxy) cut(which func(*link) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		if which(l) {
			l.reset()
		}
	}
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.listener.Close()
	p.Cut()
	p.running.Wait()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.running.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	l := &link{proxy: p, client: client, over: make(chan struct{})}
	p.mu.Lock()
	if p.mode == refusing || p.closed {
		p.mu.Unlock()
		l.reset()
		return
	}
	p.links[l] = struct{}{}
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.links, l)
	}()
	server, err := net.Dial(p.network, p.target)
	if err != nil || !l.join(server) {
		l.reset()
		return
	}
	var both sync.WaitGroup
	both.Go(func() { l.pump(server, client) })
	both.Go(func() { l.pump(client, server) })
	both.Wait()
}

// link is one connection through the proxy. lost is guarded by the proxy's lock.
type link struct {
	proxy  *Proxy
	client net.Conn
	lost   bool

	mu     sync.Mutex
	server net.Conn
	over   chan struct{} // closed when the link is
	ended  bool
}

// join adds the far end, unless the link was cut meanwhile.
func (l *link) join(server net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server = server
	if l.ended {
		server.Close()
	}
	return !l.ended
}

// reset ends both sides as a cut does, without the politeness of a close.
func (l *link) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	l.ended = true
	close(l.over)
	for _, conn := range []net.Conn{l.client, l.server} {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // then a close is a reset
		}
		if conn != nil {
			conn.Close()
		}
	}
}

// piece is what one read gave, with the time at which it may go on; without
// data it is the end of the stream.
type piece struct {
	data []byte
	due  time.Time
}

// inFlight is how many pieces one way may be under way.
const inFlight = 4096

func (l *link) pump(to, from net.Conn) {
	pieces := make(chan piece, inFlight)
	var writing sync.WaitGroup
	writing.Go(func() { l.write(to, pieces) })
	defer writing.Wait()
	defer close(pieces)
	for buffer := make([]byte, 32<<10); ; {
		n, err := from.Read(buffer)
		p := piece{due: time.Now().Add(l.proxy.latency())}
		if n > 0 {
			p.data = append([]byte(nil), buffer[:n]...)
			if !l.queue(pieces, p) {
				return
			}
		}
		if err != nil {
			l.queue(pieces, piece{due: p.due})
			return
		}
	}
}

func (l *link) queue(pieces chan<- piece, p piece) bool {
	select {
	case pieces <- p:
		return true
	case <-l.over:
		return false
	}
}

// write carries pieces on when they are due. The end of one way is the end of
// the link: both stores close a connection whole.
func (l *link) write(to net.Conn, pieces <-chan piece) {
	for p := range pieces {
		timer := time.NewTimer(time.Until(p.due))
		select {
		case <-timer.C:
		case <-l.over:
			timer.Stop()
			return
		}
		if l.proxy.swallows(l) {
			continue
		}
		if p.data == nil {
			l.reset()
			return
		}
		if _, err := to.Write(p.data); err != nil {
			l.reset()
			return
		}
	}
}

func (p *Proxy) latency() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.delay
}

// swallows tells whether nothing arrives just now, and remembers that something
// was to.
func (p *Proxy) swallows(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mode == halfOpen {
		l.lost = true
		return true
	}
	return false
}
