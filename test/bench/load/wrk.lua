-- What wrk does with the work of wrk.ts: requests on standard input, NUL between them; after `--` the number of connections and what
-- each answer must hold.
-- One thread only: each has its own globals, and standard input can be read once.

local requests, texts = {}, {}
local turn = 0
local unanswered = 0

function init(args)
  for text in io.read("*a"):gmatch("%Z+") do
    requests[#requests + 1] = text
  end
  unanswered = 1 + tonumber(args[1]) -- wrk asks for one request before it connects.
  for i = 2, #args do
    texts[#texts + 1] = args[i]
  end
  if #texts == 0 then
    response = nil -- wrk then keeps no answers.
  end
end

-- Its time counts from the first answer on, after which a connection asks for its second request: wrk.ts waits for this word.
function request()
  if unanswered == 0 then
    io.stderr:write("begun\n")
  end
  unanswered = unanswered - 1
  turn = turn % #requests + 1
  return requests[turn]
end

function response(status, _, body)
  if status ~= 200 then
    refuse(status, body)
  end
  for i = 1, #texts do
    if not body:find(texts[i], 1, true) then
      refuse(status, body)
    end
  end
end

-- Ends the whole program: what a server does that answers wrongly is not to be measured.
function refuse(status, body)
  io.stderr:write(("A wrong answer: %d %s\n"):format(status, body:sub(1, 500)))
  os.exit(1)
end

function done(summary)
  local errors = summary.errors
  local line = '{"requests":%d,"microseconds":%d,"bytes":%d,"socketErrors":%d,"statusErrors":%d}\n'
  local socketErrors = errors.connect + errors.read + errors.write
  io.write(line:format(summary.requests, summary.duration, summary.bytes, socketErrors, errors.status))
end
