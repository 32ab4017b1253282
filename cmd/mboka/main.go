// Command mboka is the whole service: the bot, its tools and its demo.
//
// It reads the environment, wires the packages together and waits. It may
// import everything; nothing imports it.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/redis/go-redis/v9"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// cli are the subcommands; each has its file.
type cli struct {
	Demo     demoCmd     `cmd:"" help:"Try everything on this machine, with no account: a private database, then a conversation in this terminal."`
	Chat     chatCmd     `cmd:"" help:"Talk to the bot in this terminal, with your own Postgres and Redis."`
	Serve    serveCmd    `cmd:"" help:"Run the service."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database up to date. Needs only DATABASE_URL."`
	Keys     keysCmd     `cmd:"" help:"Make and turn the keys that seal names, addresses and free text."`
	Settings settingsCmd `cmd:"" help:"List or change the policy settings."`
	Invite   inviteCmd   `cmd:"" help:"Invite somebody to a role: a one-time code, links and QR codes."`
	Roles    rolesCmd    `cmd:"" help:"List the roles that people hold, or revoke one."`
	Flows    flowsCmd    `cmd:"" help:"Check or draw the questionnaires."`
	Whatsapp whatsappCmd `cmd:"" help:"Set up WhatsApp at Twilio."`
	Doctor   doctorCmd   `cmd:"" help:"Look at everything the service needs, and say what is wrong and what to do."`
	Seed     seedCmd     `cmd:"" help:"Put made-up members on record, for demonstrations and tests. Never among real ones."`
	Stuck    stuckCmd    `cmd:"" help:"Look at the messages that failed three times; try them again or drop them."`
	Audit    auditCmd    `cmd:"" help:"Read the log of what staff, operators and the service did. No member is named in it."`
	Health   healthCmd   `cmd:"" help:"Ask the service on this machine whether it is alive."`
	Help     helpCmd     `cmd:"" help:"Show this help."`
}

// world is what a subcommand may touch of the outside world.
type world struct {
	ctx    context.Context
	vars   []string // as os.Environ gives them
	in     io.Reader
	out    io.Writer
	err    io.Writer
	parser *kong.Kong
	tempo  tempo
	random io.Reader
	left   int // the code with which the parser would have left; -1: not
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	redis.SetLogger(silence{})
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// run is main for tests too: it returns the exit code.
func run(ctx context.Context, args, vars []string, in io.Reader, out, errs io.Writer) int {
	return (&world{ctx: ctx, vars: vars, in: in, out: out, err: errs, tempo: usualTempo(), random: rand.Reader}).run(args)
}

func (e *world) run(args []string) int {
	var c cli
	out, errs := e.out, e.err
	e.left = -1
	parser, err := kong.New(&c, kong.Name("mboka"),
		kong.Description("A chat service on Telegram and WhatsApp: Congolese people abroad register their skills, in French, English or Lingala."),
		kong.UsageOnError(), kong.Writers(out, errs), kong.Exit(func(code int) { e.left = code }), kong.Bind(e))
	if err != nil {
		fmt.Fprintln(errs, err)
		return exitFailed
	}
	e.parser = parser
	if len(args) == 0 {
		args = []string{"help"}
	}
	command, err := parser.Parse(args)
	if e.left >= 0 { // --help has been shown
		return e.left
	}
	if err != nil {
		parser.FatalIfErrorf(err)
		return exitUsage
	}
	if err := command.Run(e); err != nil {
		var wrong *configError
		if errors.As(err, &wrong) {
			fmt.Fprintln(errs, wrong.Error())
			return exitUsage
		}
		fmt.Fprintln(errs, "mboka: "+err.Error())
		return exitFailed
	}
	return exitOK
}

type helpCmd struct {
	Command []string `arg:"" optional:"" help:"The command to explain."`
}

// Run shows the help of a command.
func (h helpCmd) Run(e *world) error {
	_, err := e.parser.Parse(append(h.Command, "--help"))
	if e.left == exitOK {
		return nil // it goes on after the help because nothing has really left
	}
	return err
}
