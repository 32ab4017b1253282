package locales

// FigAnsweredAll is FigAnswered where nobody left the question out.
const FigAnsweredAll Key = "fig_answered_all"

// The keys of digests. Those of words are apart by "|".
const (
	DigSaid       Key = "dig_said"
	DigWeek       Key = "dig_week"
	DigMonth      Key = "dig_month"
	DigSame       Key = "dig_same"
	DigNoFigure   Key = "dig_no_figure"
	DigComing     Key = "dig_coming"
	DigComingNone Key = "dig_coming_none"
	DigPastHead   Key = "dig_past_head"
	DigAhead      Key = "dig_ahead"
	DigPast       Key = "dig_past"
	DigMore       Key = "dig_more" // of lines that have no room
	DigStop       Key = "dig_stop"
	DigHow        Key = "dig_how"
	DigIsWeek     Key = "dig_is_week"
	DigIsMonth    Key = "dig_is_month"
	DigBegunWeek  Key = "dig_begun_week"
	DigBegunMonth Key = "dig_begun_month"
	DigEnded      Key = "dig_ended"
	DigWordWeek   Key = "dig_word_week"
	DigWordMonth  Key = "dig_word_month"
	DigWordStop   Key = "dig_word_stop"
)
