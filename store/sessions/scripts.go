package sessions

import (
	_ "embed" // the scripts

	"github.com/redis/go-redis/v9"
)

var (
	//go:embed lua/prelude.lua
	prelude string
	//go:embed lua/accept.lua
	acceptLua string
	//go:embed lua/claim.lua
	claimLua string
	//go:embed lua/renew.lua
	renewLua string
	//go:embed lua/release.lua
	releaseLua string
	//go:embed lua/attempt.lua
	attemptLua string
	//go:embed lua/save.lua
	saveLua string
	//go:embed lua/settle.lua
	settleLua string
	//go:embed lua/forget.lua
	forgetLua string
	//go:embed lua/drop.lua
	dropLua string
	//go:embed lua/fate.lua
	fateLua string
	//go:embed lua/unstrand.lua
	unstrandLua string
)

var (
	acceptScript  = redis.NewScript(prelude + acceptLua)
	claimScript   = redis.NewScript(prelude + claimLua)
	renewScript   = redis.NewScript(prelude + renewLua)
	releaseScript = redis.NewScript(prelude + releaseLua)
	attemptScript = redis.NewScript(prelude + attemptLua)
	saveScript    = redis.NewScript(prelude + saveLua)
	settleScript  = redis.NewScript(prelude + settleLua)
	forgetScript  = redis.NewScript(prelude + forgetLua)
	dropScript    = redis.NewScript(prelude + dropLua)
	fateScript    = redis.NewScript(prelude + fateLua)

	unstrandScript = redis.NewScript(prelude + unstrandLua)
)
