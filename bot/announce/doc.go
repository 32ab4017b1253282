// Package announce tells missions to members: whom an announcement is for, what
// each of them reads, and the ledger of who got it.
//
// It may import bot, bot/protect, store, locales, River's worker types, and the
// libraries that write its files. What it offers (effects, facts, jobs) cmd/mboka joins.
//
// # Audiences
//
// An Audience is codes: places joined by or, the rest by and. It is read from
// words (ParseAudience, with what figures understand handed in by cmd/mboka) or
// from the buttons of flow announce (AudienceOf), whose steps are
//
//	audience_words      text; where it is answered the others are not read
//	audience_country    ISO 3166-1 alpha-2, one or several
//	audience_city       ids of locales/reference; each stands for its country
//	audience_km         kilometres around each city, up to MostRadius
//	audience_sector, audience_group
//	                    option codes, one or several
//	audience_language   fr, en, ln: of the conversation
//	audience_qualified, audience_officials
//	                    "yes", or anything else
//
// A code that none of these lists has, such as "any", chooses nobody out.
//
// # Dry runs
//
// Desk counts whom an audience reaches and how, by the same question that the
// plan of the deliveries asks (store.Prospects), and shows nothing that has not
// passed bot/protect. What it guards against:
//
//   - Lists over the same people. By country, language and channel they share
//     their total, which is always shown, so nothing of one follows from another.
//     The means are a second level under a channel and are told only where that
//     channel is. Templates by country, which the price needs, pass as a table
//     with the countries' totals. Who is left out by the cap or the platform is
//     not part of the total. Days, time and price are made of protected counts.
//
//   - The same audience at another time. It is told as it was until at least
//     twice the larger threshold of people have come, gone or changed.
//
//   - Another audience. Every count is compared with all that the organisation
//     has seen in store.DryRunLife: where the filters put all people of one among
//     those of another, the difference must be nobody or as many as the threshold
//     asks, else the whole is refused.
//
//   - Figures. Dry runs are not held against what officials of the same
//     organisation were told: the two count other people, members who agree now
//     and all members of the snapshot. What follows from both is only attacked in
//     tests: nothing to the person, and of members nothing about few; of those who
//     do not agree it may, seldom, be seen that there are from 1 to 9. For that
//     dry runs are rounded to twice the step of figures.
//
// An audience under its threshold is refused whatever the filter, and Desk.Enough
// asks again at each step towards sending.
//
// # Replies and links
//
// Who replies what is told as it is from the threshold up, the counters of what
// was sent at any value. Reminders have no report, and are not in a mission's:
// whom they are for is who said yes or maybe. The number of a link that is passed
// on moves once a month at most, see cameOf.
package announce
