package fields

// aliases are further words that people type for an option, by list and code,
// beside its labels in the three languages. Each stands for one option only;
// what may mean two is left to the guesses ("licence" is 3 or 5 years).
var aliases = map[string]map[string][]string{
	"languages": {
		"fr":  {"french", "lifalanse", "falanse"},
		"en":  {"english", "anglais", "lingelesi"},
		"ln":  {"ngala"},
		"sw":  {"swahili"},
		"kg":  {"kongo", "kituba"},
		"lua": {"luba", "ciluba", "chiluba"},
		"nl":  {"neerlandais", "flamand", "flemish"},
	},
	"education_level": {
		"edu_primary":        {"aucun", "aucune", "pas de diplome", "sans diplome", "none", "no diploma"},
		"edu_upper_sec":      {"bac", "baccalaureat", "humanites", "d6", "high school"},
		"edu_short_tertiary": {"bts", "dut", "hnd"},
		"edu_bachelor":       {"graduat", "gradue", "graduee", "l3", "bac+3", "bac+4", "g3"},
		"edu_master":         {"maitrise", "bac+5", "m2", "dea", "des"},
		"edu_doctorate":      {"phd", "these", "docteur"},
	},
	"employment_status": {
		"employee": {"salarie", "salariee", "employe", "cdi", "cdd"},
		"self":     {"independant", "independante", "freelance", "autoentrepreneur"},
		"public":   {"fonctionnaire", "civil servant", "etat", "mosali ya leta"},
		"student":  {"etudiante", "etudes", "eleve"},
		"seeking": {"chomeur", "chomeuse", "chomage", "au chomage", "sans emploi", "sans travail", "unemployed", "jobless",
			"nazangi mosala", "nazali na mosala te", "je cherche du travail", "demandeur d'emploi"},
		"care":    {"femme au foyer", "mere au foyer", "homme au foyer", "housewife"},
		"retired": {"retraite", "retraitee", "pensionne", "pension"},
	},
	"field_of_study": {
		"field_health":       {"medecine", "soins infirmiers", "pharmacie"},
		"field_engineering":  {"btp", "genie civil", "architecture"},
		"field_business_law": {"droit", "economie", "gestion", "comptabilite", "law"},
	},
	"sector": {
		"health_social":   {"hopital", "hospital", "lopitalo"},
		"public_intl":     {"ong", "onu", "ngo"},
		"industry_build":  {"btp", "batiment"},
		"trade_transport": {"transport", "transports"},
	},
	"profession_group": {
		"health":                {"infirmier", "infirmiere", "medecin", "aide soignant", "aide soignante", "nurse", "doctor"},
		"teaching":              {"professeur", "prof", "enseignant", "enseignante", "teacher"},
		"business_admin":        {"comptable", "secretaire", "accountant"},
		"ict":                   {"informaticien", "informaticienne", "developpeur", "developer"},
		"trades_transport_agri": {"femme de menage", "menage", "chauffeur", "macon", "driver", "cleaner"},
	},
	"profession_health": {
		"nursing": {"infirmiere", "infirmier", "nurse"},
	},
	"sex": {
		"f": {"f", "mme", "madame", "female"},
		"m": {"m", "h", "mr", "monsieur", "male"},
	},
}
