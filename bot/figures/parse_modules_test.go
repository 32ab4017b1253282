package figures

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseWhatTheOptionalPartsAsk(t *testing.T) {
	t.Parallel()
	fund := []Query{{By: []string{"fund_amount_usd"}}, {By: []string{"fund_instrument"}}, {By: []string{"fund_horizon"}}}
	for _, c := range []struct {
		texts string // the same question, apart by |
		want  Query
		each  []Query
	}{
		{"Comment veulent-ils contribuer ?|How do they want to contribute?", Query{By: []string{"contribution_types"}}, nil},
		{"Combien envisagent un séjour de travail en RDC, et pour combien de temps ?|How many would consider a work visit to the DRC, and for how long?|mobembo ya mosala na RDC, mpo na ntango boni?", Query{By: []string{"availability"}, Where: where("contribution_types=return")}, nil},
		{"Quels secteurs et provinces ciblent-ils ?|Which sectors and provinces do they target?", Query{By: []string{"target_sector", "target_group"}}, nil},
		{"secteur visé x province visée|secteur ya lisungi x province ya lisungi", Query{By: []string{"target_sector", "target_group"}}, nil},
		{"quels secteurs ciblent les médecins ?", Query{By: []string{"target_sector"}, Where: where("profession=physician")}, nil},
		{"qui cible le secteur santé par âge", Query{By: []string{"age_band"}, Where: where("target_sector=health_social")}, nil},
		{"Quels sont les freins principaux ?|What are the main barriers?|makambo oyo epekisaka", Query{By: []string{"barriers"}}, nil},
		{"À quelle fréquence envoient-ils de l'argent, et pour quoi ?|How often do they send money, and for what?|mbala boni batindaka mbongo, mpo na nini?", Query{By: []string{"remittance_frequency", "remittance_use"}}, nil},
		{"Intérêt pour le fonds : montants, formes, horizons ?|Fund interest: amounts, forms, horizons?", Query{By: []string{"fund_interest"}}, fund},
		{"Quelles craintes et conditions de confiance ?|Which fears and conditions of trust?", Query{By: []string{"fund_main_concern"}}, []Query{{By: []string{"fund_trust_conditions"}}}},
		{"montant x horizon", Query{By: []string{"fund_amount_usd", "fund_horizon"}}, nil},
		{"intérêt pour le fonds par âge|interest in the fund by age", Query{By: []string{"fund_interest", "age_band"}}, nil},
		{"montants et formes en Belgique|amounts and forms in Belgium", Query{By: []string{"fund_amount_usd"}, Where: where("country_residence=BE")}, []Query{{By: []string{"fund_instrument"}, Where: where("country_residence=BE")}}},
		{"montants des intéressés par le fonds", Query{By: []string{"fund_amount_usd"}, Where: where("fund_interest=yes+maybe")}, nil},
		{"secteurs pour le fonds", Query{By: []string{"fund_sector"}}, nil},
	} {
		for text := range strings.SplitSeq(c.texts, "|") {
			got := Parse(text)
			if !got.Clear() {
				t.Errorf("%s: not understood: %+v, %+v", text, got.Unknown, got.Which)
			}
			if diff := cmp.Diff(c.want, got.Query); diff != "" {
				t.Errorf("%s:\n%s", text, diff)
			}
			if diff := cmp.Diff(c.each, got.Each); diff != "" {
				t.Errorf("%s, beside:\n%s", text, diff)
			}
		}
	}
}
