-- Espalier behind lighttpd 1.4: what its configuration cannot say. lighttpd runs this twice for a request: when it knows
-- the address, also for the capture service, and again before it answers with a file of the built folder.
local place, domain = "/srv/espalier", "example.com"

local r = lighty.r
local public = place .. "/public"
local path = r.req_attr["uri.path"]
local host = (r.req_attr["uri.authority"] or ""):lower():gsub(":%d+$", "")
local signed = { "confirm/", "not-me/", "unsubscribe/", "my-data/", "office/+enter/" }
local types = {
  html = "text/html; charset=utf-8", css = "text/css; charset=utf-8", xml = "text/xml; charset=utf-8",
  txt = "text/plain; charset=utf-8", vcf = "text/vcard; charset=utf-8", js = "application/javascript; charset=utf-8",
  svg = "image/svg+xml", json = "application/json",
}

-- Mailed links let in whoever holds them, so their signed parts stay out of the log; so does what follows a question
-- mark, such as the words of a search, and what follows a percent sign, since no address of the site has one.
local function without_secrets(address)
  local kept = (address or ""):match("^[^?%%]*")
  local cut = #kept
  for _, name in ipairs(signed) do
    local _, last = kept:find("/capture/+" .. name:gsub("%-", "%%-"))
    if last and last < cut then cut = last end
  end
  return cut < #kept and kept:sub(1, cut) .. "-" or kept
end

local function is_file(name)
  local found = lighty.c.stat(name)
  return found and found.is_file
end

local function is_folder(name)
  local found = lighty.c.stat(name)
  return found and found.is_dir
end

-- A page of the site named "404" is shown, in the theme. Without a body lighttpd would drop these headers, too.
local function refuse(status)
  local page = public .. "/404/index.html"
  local found = is_file(page)
  r.resp_header["Cache-Control"] = "no-cache"
  r.resp_header["Content-Type"] = found and types.html or types.txt
  r.resp_body:set({ found and { filename = page } or status .. "\n" })
  return status
end

local function encoded(text)
  return (text:gsub("[^A-Za-z0-9._~/-]", function(char) return ("%%%02X"):format(char:byte()) end))
end

local function redirect(address)
  local query = r.req_attr["uri.query"]
  r.resp_header["Cache-Control"] = "no-cache"
  r.resp_header["Location"] = address .. (query and query ~= "" and "?" .. query or "")
  return 301
end

local function takes_gzip()
  for each in (r.req_header["Accept-Encoding"] or ""):lower():gmatch("[^,]+") do
    if each:match("^%s*([^%s;]+)") == "gzip" then return not each:find(";%s*q=0[.0]*%s*$") end
  end
  return false
end

-- Names under /assets/ hold a fingerprint of the content and never change; all else is asked for anew each time.
local function send(name)
  r.resp_header["Cache-Control"] = path:find("^/assets/") and "public, max-age=31536000, immutable" or "no-cache"
  local kind = types[name:match("%.(%w+)$") or ""]
  if kind then r.resp_header["Content-Type"] = kind end
  if is_file(name .. ".gz") then  -- pages were compressed when they were built
    r.resp_header["Vary"] = "Accept-Encoding"
    if takes_gzip() then
      r.resp_header["Content-Encoding"] = "gzip"
      name = name .. ".gz"
    end
  end
  r.req_attr["physical.path"] = name
  return 0
end

local function serve(root)
  -- No page of the site has a name with a dot in front; what has one was left by some other program.
  if path:find("/.", 1, true) then return refuse(404) end
  local name = root .. path
  if path:sub(-1) == "/" then
    name = name .. "index.html"
  elseif is_folder(name) then
    return redirect(encoded(path) .. "/")
  end
  return is_file(name) and send(name) or refuse(404)
end

-- A file of this name takes a member's site down at once, whatever still lies in the built folder.
local function is_gone(slug)
  return is_file(place .. "/gone/" .. slug)
end

-- The folder of a former address holds the present one, as a link: https://example.com/ana or https://ana.example.com.
local function moved(slug)
  local name = public .. "/" .. slug .. "/moved.txt"
  local file = is_file(name) and io.open(name)
  if not file then return nil end
  local home = file:read("*l")
  file:close()
  return (home:gsub("/$", ""))
end

-- Only a member's folder holds a contact card.
local function is_members(slug)
  return is_file(public .. "/" .. slug .. "/contact.vcf")
end

local function company(layout)
  local slug, rest = path:match("^/([^/.][^/]*)(.*)$")
  if slug and layout == "path" then
    if is_gone(slug) then return refuse(410) end
    local home = moved(slug)
    if home then return redirect(home .. encoded(rest == "" and "/" or rest)) end
  elseif slug and (is_members(slug) or moved(slug)) then
    return redirect("https://" .. slug .. "." .. domain .. encoded(rest == "" and "/" or rest))
  end
  return serve(public)
end

local function member(slug)
  if is_gone(slug) then return refuse(410) end
  local home = moved(slug)
  if home then return redirect(home .. encoded(path)) end
  if not is_members(slug) then return refuse(404) end
  return serve(path:find("^/assets/") and public or public .. "/" .. slug)
end

local function answer(layout)
  local method = r.req_attr["request.method"]
  if method ~= "GET" and method ~= "HEAD" then
    r.resp_header["Allow"] = "GET, HEAD"
    return refuse(405)
  end
  if host == domain then return company(layout) end
  local slug = layout == "subdomain" and host:match("^([a-z0-9-]+)%." .. domain:gsub("[.-]", "%%%0") .. "$")
  return slug and member(slug) or refuse(404)
end

local for_service = host == domain and path:find("^/capture/")

if (r.req_attr["physical.path"] or "") == "" then
  if not r.req_env["ESPALIER_LOGGED"] then
    r.req_env["ESPALIER_LOGGED"] = without_secrets(r.req_attr["request.uri"])
    r.req_env["ESPALIER_REFERRER"] = without_secrets(r.req_header["Referer"])
  end
  if path:find("^/capture/dev/") or path == "/capture/dev" then return refuse(404) end  -- the demo's mailbox
  -- The prefix is taken off here, since mod_proxy's "map-urlpath" would also put it into the service's redirects to
  -- members' pages.
  if for_service and r.req_attr["uri.scheme"] == "https" then
    r.req_attr["request.uri"] = r.req_attr["request.uri"]:gsub("^/capture/", "/")
  end
  return 0
end
return for_service and 0 or answer(r.req_env["ESPALIER_LAYOUT"])
