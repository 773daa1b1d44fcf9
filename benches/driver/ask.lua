-- wrk's script: the question that nginx puts, about another key and another route each time.
-- wrk … ask.lua -- QUESTION KEYS ROUTES, three files: the question with @KEY@, @ROUTE@ and @ID@ in
-- it, and the keys and routes, one a line.

local before, between, behind, tail = "", "", "", ""
local keys, routes = {}, {}
local number = 0

local function lines(path)
    local found = {}
    for line in io.lines(path) do found[#found + 1] = line end
    return found
end

function init(args)
    local file = assert(io.open(args[1], "rb"))
    local question = file:read("*a")
    file:close()
    before, between, behind, tail = question:match("^(.-)@ROUTE@(.-)@ID@(.-)@KEY@(.*)$")
    keys, routes = lines(args[2]), lines(args[3])
    math.randomseed(tonumber(args[4]))
    number = tonumber(args[4]) * 1000000000
end

function request()
    number = number + 1
    return before .. routes[number % #routes + 1] .. between .. string.format("%032d", number)
        .. behind .. keys[math.random(#keys)] .. tail
end

function done(summary, latency, _)
    local errors = summary.errors
    io.write(string.format("measured %d %d %d %d %d\n", summary.requests, summary.duration,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(99.0)))
end
