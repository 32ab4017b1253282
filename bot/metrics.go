package bot

import "github.com/prometheus/client_golang/prometheus"

// Metrics count what the bot does. No label ever names a person or a chat.
type Metrics struct {
	Accepted   *prometheus.CounterVec // messages taken in, by channel
	Duplicates prometheus.Counter     // messages refused because they were known
	CaughtUp   *prometheus.CounterVec // of those taken in, found by listing and not delivered, by channel
	Turns      prometheus.Histogram   // seconds from a message to its saved reply
	Sends      *prometheus.CounterVec // replies, by what became of the attempt
	Stumbles   prometheus.Counter     // turns that have to be tried again
	Aside      prometheus.Counter     // messages set aside after three attempts
	Holds      *prometheus.CounterVec // times a whole sender was refused, by channel
	// Undelivered are messages that a platform took and did not deliver, by channel.
	Undelivered *prometheus.CounterVec
	// Deliveries are steps of deliveries of announcements, by channel and the
	// state that they led to.
	Deliveries *prometheus.CounterVec
}

// NewMetrics makes the metrics and registers them; nil registers nowhere.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		Accepted:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mboka_messages_accepted_total", Help: "Messages taken in."}, []string{"channel"}),
		Duplicates: prometheus.NewCounter(prometheus.CounterOpts{Name: "mboka_messages_duplicate_total", Help: "Messages that were known already."}),
		CaughtUp:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mboka_messages_caught_up_total", Help: "Messages taken in that the platform had not delivered."}, []string{"channel"}),
		Turns: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "mboka_turn_seconds", Help: "Time from a message to its saved reply.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}),
		Sends:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mboka_replies_total", Help: "Attempts to send a reply, by outcome."}, []string{"state"}),
		Stumbles: prometheus.NewCounter(prometheus.CounterOpts{Name: "mboka_turns_retried_total", Help: "Turns that could not be finished and are tried again."}),
		Aside:    prometheus.NewCounter(prometheus.CounterOpts{Name: "mboka_messages_set_aside_total", Help: "Messages set aside after three attempts: mboka stuck list."}),
		Holds:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mboka_sender_refused_total", Help: "Times a platform refused the whole sender."}, []string{"channel"}),
		Undelivered: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mboka_replies_undelivered_total",
			Help: "Replies that a platform took and did not deliver."}, []string{"channel"}),
		Deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mboka_deliveries_total",
			Help: "Steps of deliveries of announcements, by the state that they led to."}, []string{"channel", "state"}),
	}
	if r != nil {
		r.MustRegister(m.Accepted, m.Duplicates, m.CaughtUp, m.Turns, m.Sends, m.Stumbles, m.Aside, m.Holds, m.Undelivered, m.Deliveries)
	}
	return m
}
