-- Espalier behind lighttpd 1.4: what its configuration language cannot say. Both recipes run it twice for a request:
-- once the address is known (also for the capture service), and once more for what is read from the built folder.
local r = lighty.r
local place, domain = "/srv/espalier", "example.com"
local public = place .. "/public"
local path = r.req_attr["uri.path"]
local host = (r.req_attr["uri.authority"] or ""):lower():gsub(":%d+$", "")
local layout = r.req_env["ESPALIER_LAYOUT"] or "path"
local signed = { "confirm/", "not-me/", "unsubscribe/", "my-data/", "office/enter/" }
local types = { html = "text/html; charset=utf-8", css = "text/css; charset=utf-8", xml = "text/xml; charset=utf-8",
  txt = "text/plain; charset=utf-8", vcf = "text/vcard; charset=utf-8", js = "application/javascript; charset=utf-8",
  svg = "image/svg+xml", json = "application/json" }

-- Mailed links let in whoever holds them: their signed parts, and what follows "?" or "%", stay out of the log.
local function without_secrets(address)
  local kept = (address or ""):match("^[^?%%]*")
  for _, name in ipairs(signed) do
    local from, to = kept:find("/capture/+" .. name:gsub("%-", "%%-"):gsub("/", "/+"))
    if from then return kept:sub(1, to) .. "-" end
  end
  return kept
end

local function is_file(name)
  local found = lighty.c.stat(name)
  return found and found.is_file
end

local function is_folder(name)
  local found = lighty.c.stat(name)
  return found and found.is_dir
end

-- A page of the site named "404" is shown, in the theme.
local function refuse(status)
  r.resp_header["Cache-Control"] = "no-cache"
  if is_file(public .. "/404/index.html") then
    r.resp_header["Content-Type"] = types.html
    r.resp_body:set({ { filename = public .. "/404/index.html" } })
  end
  return status
end

local function encoded(text)
  return (text:gsub("[^A-Za-z0-9._~/-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

local function redirect(address)
  local query = r.req_attr["uri.query"]
  r.resp_header["Cache-Control"] = "no-cache"
  r.resp_header["Location"] = address .. (query and query ~= "" and "?" .. query or "")
  return 301
end

-- publish.sh writes the file; it is read for each request, so a change holds at once.
local function moved(slug)
  local list = io.open(place .. "/moved.txt")
  if not list then return nil end
  for line in list:lines() do
    local old, new = line:match("^(%S+)%s+(%S+)")
    if old == slug then list:close() return new end
  end
  list:close()
end

local function send(name)
  if path:find("^/assets/") then
    r.resp_header["Cache-Control"] = "public, max-age=31536000, immutable"
  else
    r.resp_header["Cache-Control"] = "no-cache"
  end
  local kind = types[name:match("%.(%w+)$") or ""]
  if kind then r.resp_header["Content-Type"] = kind end
  if is_file(name .. ".gz") then
    r.resp_header["Vary"] = "Accept-Encoding"
    if (r.req_header["Accept-Encoding"] or ""):find("gzip", 1, true) then
      r.resp_header["Content-Encoding"] = "gzip"
      name = name .. ".gz"
    end
  end
  r.req_attr["physical.path"] = name
  return 0
end

local function serve(root)
  local name = root .. path
  if path:sub(-1) == "/" then
    name = name .. "index.html"
  elseif is_folder(name) then
    return redirect(encoded(path) .. "/")
  end
  if is_file(name) then return send(name) end
  return refuse(404)
end

local function company()
  local slug, rest = path:match("^/([^/.][^/]*)(.*)$")
  if slug and layout == "path" then
    if is_file(place .. "/gone/" .. slug) then return refuse(410) end
    local now = moved(slug)
    if now then return redirect("/" .. now .. encoded(rest == "" and "/" or rest)) end
  elseif slug and (is_file(public .. "/" .. slug .. "/contact.vcf") or is_file(public .. "/" .. slug .. "/moved.txt")) then
    return redirect("https://" .. slug .. "." .. domain .. encoded(rest == "" and "/" or rest))
  end
  return serve(public)
end

local function member(slug)
  if is_file(place .. "/gone/" .. slug) then return refuse(410) end
  local now = moved(slug)
  if now then return redirect("https://" .. now .. "." .. domain .. encoded(path)) end
  if not is_file(public .. "/" .. slug .. "/contact.vcf") then return refuse(404) end
  if path:find("^/assets/") then return serve(public) end
  return serve(public .. "/" .. slug)
end

local function answer()
  if path:find("/.", 1, true) or path:find("%c") or path:find("\\", 1, true) then return refuse(404) end
  local method = r.req_attr["request.method"]
  if method ~= "GET" and method ~= "HEAD" then
    r.resp_header["Allow"] = "GET, HEAD"
    r.resp_header["Cache-Control"] = "no-cache"
    return 405
  end
  if host == domain then return company() end
  local slug = layout == "subdomain" and host:match("^([a-z0-9-]+)%." .. domain:gsub("[.-]", "%%%0") .. "$")
  if slug then return member(slug) end
  return refuse(404)
end

r.req_env["ESPALIER_LOGGED"] = without_secrets(r.req_attr["request.orig-uri"])
r.req_env["ESPALIER_REFERRER"] = without_secrets(r.req_header["Referer"])
if path:find("^/capture/dev/") or path == "/capture/dev" then return refuse(404) end
if path:find("^/capture/") and host == domain then return 0 end
if not r.req_attr["physical.path"] or r.req_attr["physical.path"] == "" then return 0 end
return answer()
