package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Grant is what the service may do with a table.
type Grant struct {
	May []string // SELECT, INSERT, UPDATE, DELETE
	// Columns are the only ones that may be updated, where UPDATE as a whole
	// is not granted.
	Columns []string
}

var (
	mayRead   = Grant{May: []string{"SELECT"}}
	mayAdd    = Grant{May: []string{"SELECT", "INSERT"}}
	mayChange = Grant{May: []string{"SELECT", "INSERT", "UPDATE"}}
	mayAll    = Grant{May: []string{"SELECT", "INSERT", "UPDATE", "DELETE"}}
)

// serviceGrants is the one table of what the running service may do in the
// database, by table. What goes with its member or chat (ON DELETE CASCADE)
// goes by the rights of the tables' owner and needs no DELETE.
var serviceGrants = map[string]Grant{
	"address":            mayAll,
	"ambassador":         mayChange,
	"ambassador_month":   mayChange,
	"announcement":       mayChange,
	"announcement_draft": mayAll,
	"announcement_text":  mayAll,
	"announcement_watch": mayAll,
	"audit":              mayAdd, // and its partitions not at all
	"consent":            {May: []string{"SELECT", "INSERT", "DELETE"}, Columns: []string{"member_id"}},
	"delivery":           mayAll,
	"digest":             mayAll,
	"directory_block":    mayAll,
	"directory_card":     mayAll,
	"directory_contact":  mayAll,
	"draft":              mayAll,
	"draft_answer":       mayAll,
	"dry_run":            {May: []string{"SELECT", "INSERT", "DELETE"}},
	"erased":             mayChange,
	"feedback":           mayAll,
	"figure":             mayAdd,
	"figure_month":       mayChange,
	"funnel_count":       {May: []string{"SELECT", "INSERT", "DELETE"}},
	"funnel_period":      mayAdd,
	"funnel_since":       mayAdd,
	"funnel_week":        mayAdd,
	"goose_db_version":   mayRead,
	"invite":             mayAll,
	"job_run":            mayAll,
	"link_code":          mayAll,
	"member":             mayAll,
	"member_merge":       mayAll,
	"mission":            mayChange,
	"mission_text":       mayAll,
	"notice":             mayAll,
	"privacy_notice":     mayAdd,
	"profile_view":       {May: []string{"SELECT", "INSERT"}, Columns: []string{"member_id"}},
	"profile":            mayChange,
	"river_job":          mayAll,
	"river_leader":       mayAll,
	"river_migration":    mayRead,
	"river_notification": mayAll,
	"river_queue":        mayAll,
	"report":             mayChange,
	"role":               mayChange,
	"rsvp":               mayAll,
	"share_request":      mayChange,
	"setting":            mayChange,
	"snapshot":           mayAdd,
	"snapshot_row":       {May: []string{"SELECT", "INSERT", "DELETE"}},
	"staff":              mayChange,
	"turn":               mayAll,
	"workshop_answer":    mayAll,
	"workshop_group":     mayAdd,
	"whatsapp_content":   mayChange,
	"whatsapp_template":  mayAll,
}

// serviceFunctions run with the rights of the owner. The service may call
// these, and no other.
var serviceFunctions = []string{"audit_drop(timestamptz)", "audit_month(timestamptz)"}

// ServiceGrants gives what the service may do, by table.
func ServiceGrants() map[string]Grant { return maps.Clone(serviceGrants) }

// ErrServiceRole: the role cannot be the one of the service. The error says
// why, and what to do.
var ErrServiceRole = errors.New("not a role for the service")

// GrantService gives an existing PostgreSQL role the least rights that the
// service needs, and takes all others in this database from it. url is that of
// the owner of the tables. It can be repeated. A role that may do more in
// another way (by owning the tables, or by another role that it is a member
// of) is refused, and nothing has changed then.
func GrantService(ctx context.Context, url, role string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("grant: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		g := grantor{tx: tx, role: role}
		if err := g.fits(ctx); err != nil {
			return err
		}
		if err := g.grant(ctx); err != nil {
			return err
		}
		return g.check(ctx)
	})
	if err != nil {
		return fmt.Errorf("grant: %w", err)
	}
	return nil
}

type grantor struct {
	tx   pgx.Tx
	role string
}

// fits refuses a role that no grant could keep small.
func (g grantor) fits(ctx context.Context) error {
	var great, owner bool
	err := g.tx.QueryRow(ctx, `
		SELECT r.rolsuper OR r.rolcreaterole OR r.rolreplication,
			EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
				WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
		FROM pg_roles r WHERE r.rolname = $1`, g.role).Scan(&great, &owner)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%w: there is no role %q: CREATE ROLE %s LOGIN PASSWORD '…'", ErrServiceRole, g.role, pgx.Identifier{g.role}.Sanitize())
	case err != nil:
		return err
	case great:
		return fmt.Errorf("%w: %q is a superuser, or may make roles or replicas: take one that may only log in", ErrServiceRole, g.role)
	case owner:
		return fmt.Errorf("%w: %q owns the tables, itself or by a role that it is in: take another one", ErrServiceRole, g.role)
	}
	return nil
}

type tableName struct {
	Schema string `db:"nspname"`
	Name   string `db:"relname"`
	Own    bool   `db:"own"` // in the schema of the service
}

func (n tableName) key() string {
	if n.Own {
		return n.Name
	}
	return n.Schema + "." + n.Name
}

func (n tableName) quoted() string { return pgx.Identifier{n.Schema, n.Name}.Sanitize() }

// tables are those of the database, partitions left out.
func (g grantor) tables(ctx context.Context) ([]tableName, error) {
	return many[tableName](ctx, g.tx, `
		SELECT n.nspname, c.relname, n.nspname = current_schema() AS own
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^(pg_|information_schema$)'
		ORDER BY 1, 2`)
}

// grant takes everything, then gives what the tables above say.
func (g grantor) grant(ctx context.Context) error {
	tables, err := g.tables(ctx)
	if err != nil {
		return err
	}
	role := pgx.Identifier{g.role}.Sanitize()
	var database, own string
	if err := g.tx.QueryRow(ctx, `SELECT quote_ident(current_database()), current_schema()`).Scan(&database, &own); err != nil {
		return err
	}
	schemas := []string{own}
	for _, t := range tables {
		if !slices.Contains(schemas, t.Schema) {
			schemas = append(schemas, t.Schema)
		}
	}
	sql := []string{
		"REVOKE CREATE, TEMPORARY ON DATABASE " + database + " FROM PUBLIC, " + role,
		"GRANT CONNECT ON DATABASE " + database + " TO " + role,
	}
	for _, s := range schemas {
		s := pgx.Identifier{s}.Sanitize()
		sql = append(sql, "REVOKE CREATE ON SCHEMA "+s+" FROM PUBLIC, "+role, "GRANT USAGE ON SCHEMA "+s+" TO "+role)
		for _, what := range []string{"TABLES", "SEQUENCES", "FUNCTIONS"} {
			sql = append(sql, "REVOKE ALL ON ALL "+what+" IN SCHEMA "+s+" FROM "+role)
		}
	}
	for _, t := range tables {
		sql = append(sql, g.grantsOn(t, role)...)
	}
	for _, f := range serviceFunctions {
		sql = append(sql, "GRANT EXECUTE ON FUNCTION "+pgx.Identifier{own}.Sanitize()+"."+f+" TO "+role)
	}
	for _, s := range sql {
		if _, err := g.tx.Exec(ctx, s); err != nil {
			return err
		}
	}
	return g.grantSequences(ctx, role)
}

func (g grantor) grantsOn(t tableName, role string) []string {
	may := serviceGrants[t.key()]
	var sql []string
	if len(may.May) > 0 {
		sql = append(sql, "GRANT "+strings.Join(may.May, ", ")+" ON "+t.quoted()+" TO "+role)
	}
	if len(may.Columns) > 0 {
		sql = append(sql, "GRANT UPDATE ("+strings.Join(may.Columns, ", ")+") ON "+t.quoted()+" TO "+role)
	}
	return sql
}

// grantSequences gives those that count the rows of a table that may be added
// to.
func (g grantor) grantSequences(ctx context.Context, role string) error {
	rows, err := g.tx.Query(ctx, `
		SELECT DISTINCT s.oid::regclass::text FROM pg_class s JOIN pg_depend d ON d.objid = s.oid
		WHERE s.relkind = 'S' AND d.deptype IN ('a', 'i') AND has_table_privilege($1, d.refobjid, 'INSERT')`, g.role)
	if err != nil {
		return err
	}
	sequences, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, s := range sequences {
		if _, err := g.tx.Exec(ctx, "GRANT USAGE ON SEQUENCE "+s+" TO "+role); err != nil {
			return err
		}
	}
	return nil
}

// check compares what the role may do now, in whatever way, with the tables
// above.
func (g grantor) check(ctx context.Context) error {
	var odd []string
	tables, err := g.tables(ctx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		want := serviceGrants[t.key()]
		var may, columns []string
		err := g.tx.QueryRow(ctx, `
			SELECT ARRAY(SELECT p FROM unnest($3::text[]) p WHERE has_table_privilege($1, $2::text, p) ORDER BY p),
				ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = $2::text::regclass AND attnum > 0 AND NOT attisdropped
					AND has_column_privilege($1, attrelid, attnum, 'UPDATE') AND NOT has_table_privilege($1, $2::text, 'UPDATE') ORDER BY attname)`,
			g.role, t.quoted(), []string{"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"}).Scan(&may, &columns)
		if err != nil {
			return err
		}
		slices.Sort(may)
		if !slices.Equal(may, slices.Sorted(slices.Values(want.May))) || !slices.Equal(columns, slices.Sorted(slices.Values(want.Columns))) {
			odd = append(odd, fmt.Sprintf("%s: %s", t.key(), cmp.Or(strings.Join(append(may, columns...), ", "), "nothing")))
		}
	}
	var beyond []string
	err = g.tx.QueryRow(ctx, `
		SELECT ARRAY(
			SELECT 'CREATE in schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND has_schema_privilege($1, oid, 'CREATE')
			UNION ALL SELECT 'CREATE or TEMPORARY in the database' WHERE has_database_privilege($1, current_database(), 'CREATE, TEMPORARY')
			UNION ALL SELECT 'partition ' || c.oid::regclass FROM pg_class c WHERE relispartition AND relkind IN ('r', 'p')
				AND has_table_privilege($1, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
			UNION ALL SELECT 'function ' || p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
				WHERE prosecdef AND nspname !~ '^(pg_|information_schema$)' AND has_function_privilege($1, p.oid, 'EXECUTE')
				AND NOT p.oid = ANY (SELECT f::regprocedure::oid FROM unnest($2::text[]) f))`, g.role, serviceFunctions).Scan(&beyond)
	if err != nil {
		return err
	}
	if odd = append(odd, beyond...); len(odd) > 0 {
		return fmt.Errorf("%w: beside what it was given, %q has rights by PUBLIC or by a role that it is in: %s", ErrServiceRole, g.role, strings.Join(odd, "; "))
	}
	return nil
}

// OwnsTables tells whether the one who is connected may change the tables
// themselves, and with them the audit log.
func (r reader) OwnsTables(ctx context.Context) (owns bool, err error) {
	err = r.q.QueryRow(ctx, `SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = 'audit'::regclass`).Scan(&owns)
	if err != nil {
		return false, fmt.Errorf("ask who owns the tables: %w", err)
	}
	return owns, nil
}
