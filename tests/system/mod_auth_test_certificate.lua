-- Prosody 0.12 has the mechanism EXTERNAL for clients in util.sasl, and no module that asks for it: this one does, for passwords
-- as internal_plain keeps them and for certificates whose XmppAddr is an account's address (XEP-0178, 2.3).

local new_sasl = require "util.sasl".new;
local accounts = module:open_store("accounts");
local host = module.host;
local provider = {};

local function password_of(_, username)
	local account = accounts:get(username);
	return account and account.password or "", account and true or nil;
end

-- otherName is [0] EXPLICIT; LuaSec hands out what is inside.
local function addresses(cert)
	local names = (cert:extensions() or {})["2.5.29.17"] or {};
	return names["1.3.6.1.5.5.7.8.5"] or {};
end

function provider.get_sasl_handler(session)
	local profile = { plain = password_of };
	local socket = session and session.encrypted and session.conn and session.conn:socket();
	local cert = socket and socket.getpeercertificate and socket:getpeercertificate();
	if cert and socket:getpeerverification() then
		profile.external = function(authzid)
			for _, address in ipairs(addresses(cert)) do
				local user = address:match("^(.+)@" .. host:gsub("%p", "%%%0") .. "$");
				if user and (authzid == "" or authzid == address) then
					return user, accounts:get(user) and true or nil;
				end
			end
		end
	end
	return new_sasl(host, profile);
end

function provider.get_password(username)
	local account = accounts:get(username);
	return account and account.password;
end

function provider.user_exists(username)
	return accounts:get(username) and true;
end

function provider.users()
	return accounts:users();
end

module:provides("auth", provider);
