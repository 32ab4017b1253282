package main

import (
	"slices"
	"testing"

	"mboka/flows"
	"mboka/flows/flowstest"
)

// TestTestsKnowEveryFlow keeps the flows of tests in step with those of the
// service.
func TestTestsKnowEveryFlow(t *testing.T) {
	t.Parallel()
	names := func(all []*flows.Flow) (ids []string) {
		for _, f := range all {
			ids = append(ids, f.ID)
		}
		slices.Sort(ids)
		return ids
	}
	if ours, theirs := names(allFlows()), names(flowstest.All()); !slices.Equal(ours, theirs) {
		t.Errorf("the service has %v, tests have %v", ours, theirs)
	}
}
