package main

import (
	"strings"
	"testing"

	"mboka/store/storetest"
)

// TestServiceRole gives a role the rights of the service, and lets the doctor
// tell who owns the tables.
func TestServiceRole(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyPostgresURL(t)
	for _, step := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"migrate"}, exitOK, "migrations applied"},
		{[]string{"migrate", "--service-role", "no_such_role"}, exitFailed, "CREATE ROLE"},
		{[]string{"migrate", "--service-role", "mboka"}, exitFailed, "superuser"},
		{[]string{"migrate", "--service-role", storetest.ServiceRole}, exitOK, "up to date.\nmboka_service has the rights"},
		{[]string{"migrate", "--service-role", storetest.ServiceRole}, exitOK, "no others"},
		{[]string{"migrate", "--help"}, exitOK, "--service-role=NAME"},
	} {
		if code, out := mboka(t, []string{"DATABASE_URL=" + url}, step.args...); code != step.code || !strings.Contains(out, step.says) {
			t.Errorf("%v ended with %d:\n%s", step.args, code, out)
		}
	}
	service := []string{"DATABASE_URL=" + storetest.ServiceURL(t, url)}
	if code, out := mboka(t, service, "settings", "set", "k", "7"); code != exitOK {
		t.Errorf("settings set ended with %d:\n%s", code, out)
	}
	if code, out := mboka(t, service, "migrate"); code != exitOK {
		t.Errorf("there is nothing to migrate, and it ended with %d:\n%s", code, out)
	}
	s := prepareService(t)
	for url, says := range map[string]string{
		s.dbURL: "warn   rights         the user of DATABASE_URL owns the tables", storetest.ServiceURL(t, s.dbURL): "ok     rights ",
	} {
		if _, out := mboka(t, append(append([]string(nil), s.vars...), "DATABASE_URL="+url), "doctor"); !strings.Contains(out, says) {
			t.Errorf("the doctor does not say %q:\n%s", says, out)
		}
	}
}
