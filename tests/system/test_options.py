"""Compares the options a tool has, as its --help prints them, with its manual page and its completions.

Nothing may be missing and nothing superfluous. The completions are not read but used: each shell loads them as it does
for its user, and is asked what it offers.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import time

import pytest

import tool

MAN = tool.TOP / "man"
COMPLETIONS = tool.TOP / "completions"
TOOLS = sorted(page.stem for page in MAN.glob("xmpp-*.1"))

SENDERS = {"xmpp-sendmsg"}
FEWER = SENDERS | {"xmpp-report"}  # examine no domains, and have fewer of the common options
EXAMINERS = set(TOOLS) - FEWER

# Where a value is one of a few: who has the option, and the values.  Each shell must offer these and no other; "list"
# is a word for the tool itself.
VALUES = {
    "--policy": (EXAMINERS, {"bcp195", "manifesto", "strict"}),
    "--pfs": (EXAMINERS | SENDERS, {"prefer", "require"}),
    "--color": (set(TOOLS), {"auto", "always", "never"}),
    "--tls-min": (EXAMINERS | SENDERS, {"1.0", "1.1", "1.2", "1.3"}),
    "--tls-max": (EXAMINERS | SENDERS, {"1.0", "1.1", "1.2", "1.3"}),
    "--dane": ({"xmpp-certcheck"} | SENDERS, {"auto", "require", "off"}),
    "--posh": ({"xmpp-certcheck"}, {"auto", "always", "require", "off"}),
    "--names": ({"xmpp-ciphers"}, {"iana", "openssl", "gnutls"}),
    "--tls": ({"xmpp-ciphers"}, {"ssl2", "ssl3", "1.0", "1.1", "1.2", "1.3"}),
    "--answer": ({"xmpp-dialback"}, {"valid", "invalid", "error", "close", "silence"}),
    "--misbehave": ({"xmpp-dialback"}, {"late", "wrong-id", "swapped", "silent", "close", "invalid"}),
    "--type": (SENDERS, {"chat", "normal", "headline"}),
    "--hint": (SENDERS, {"store", "no-store", "no-permanent-store", "no-copy"}),
    "--channel-binding": (SENDERS, {"prefer", "require", "off"}),
    "--mechanism": (SENDERS, {"EXTERNAL", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1",
                              "PLAIN", "ANONYMOUS"}),
    "--wait": (SENDERS, {"ack", "bounce", "receipt", "none"}),
}
OTHERWISE = {("xmpp-dialback", "--wait")}  # takes seconds

examiners = pytest.mark.parametrize("name", sorted(EXAMINERS), indirect=True)
whoever_chooses = pytest.mark.parametrize("name,option", [(name, option) for option, (who, _) in VALUES.items()
                                                          for name in sorted(who)], indirect=["name"])


@pytest.fixture(params=TOOLS)
def name(request):
    if not tool.built(request.param) and "XTT_BUILD" not in os.environ:
        pytest.skip(f"{tool.find(request.param)} is not built")
    return request.param


def options_of(name):
    """{option: whether it takes a value}, from popt's --help."""
    text = tool.run(name, ["--help"]).expect(status=0).out
    options = {}
    for line in text.splitlines():
        found = re.match(r"  (-\S)?(?:, |    )?(?:(--[a-z0-9-]+)(=\S+)?)?(?:\s|$)", line)
        if not found or not (found[1] or found[2]):
            continue
        for option in filter(None, found.groups()[:2]):
            options[option] = bool(found[3])
    assert {"--help", "--usage", "-?"} <= set(options), f"not as popt prints it:\n{text}"
    return options


def compare(wanted, got, where):
    missing = sorted(set(wanted) - set(got))
    superfluous = sorted(set(got) - set(wanted))
    assert not missing and not superfluous, f"{where}: missing {missing}, superfluous {superfluous}"


def test_man_page_has_the_options_of_help(name):
    page = MAN / f"{name}.1"
    described = {}
    for line in page.read_text(encoding="utf-8").splitlines():
        if not line.startswith(".It Fl "):
            continue
        for words in line.removeprefix(".It ").split(" , "):
            option = "-" + words.split()[1].replace("\\&", "")
            assert option not in described, f"{page.name} describes {option} twice"
            described[option] = " Ar " in words
    options = options_of(name)
    compare(options, described, page.name)
    wrong = sorted(option for option, takes_value in options.items() if described[option] != takes_value)
    assert not wrong, f"{page.name}: a value too many or too few at {wrong}"


def descriptions(page):
    """{its .It line: the text below it} of every option of a page, but for those under "This tool"."""
    text = page.read_text(encoding="utf-8").partition(".Ss This tool\n")[2]
    common = text.partition("\n.Ss ")[2].partition("\n.Sh ")[0]
    entries = re.split(r"^\.It ", common, flags=re.MULTILINE)[1:]
    return {line: re.split(r"^\.(?:El$|Ss )", below, flags=re.MULTILINE)[0]
            for line, _, below in (entry.partition("\n") for entry in entries)}


@pytest.mark.parametrize("page", TOOLS[1:])
def test_man_pages_describe_common_options_alike(page):
    """A page may add what is special to its tool behind the words that all share."""
    first, other = (descriptions(MAN / f"{each}.1") for each in (TOOLS[0], page))
    assert first and other and (other.keys() < first.keys() if page in FEWER else first.keys() == other.keys())
    differing = [option for option in other
                 if not (first[option].startswith(other[option]) or other[option].startswith(first[option]))]
    assert not differing, f"{page}.1 describes otherwise than {TOOLS[0]}.1: {differing}"


# Completing: each function gives what its shell offers for the last word of the command line.


def bash(name, line):
    """The line is cut into words as readline does with the default COMP_WORDBREAKS."""
    words = [word for word in re.split(r"(=)|\s+", line) if word is not None]
    words = [word for at, word in enumerate(words) if word or at == len(words) - 1]
    script = """
        compopt() { :; } # works inside a real completion only
        . "$1"
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        function=$(complete -p -- "${1##*/}") && function=${function#*-F } && function=${function%% *}
        "$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\\n' "${COMPREPLY[@]}" """
    return shell(["bash", "--norc", "-eu", "-c", script, "bash", COMPLETIONS / "bash" / name, *words])


def fish(name, line):
    script = """
        set -p fish_complete_path $argv[1]
        set -p fish_function_path $argv[1]
        complete -C $argv[2]"""
    found = shell(["fish", "--no-config", "-c", script, COMPLETIONS / "fish", line])
    return [match.split("\t")[0] for match in found]


def zsh(name, line, folder):
    """Zsh completes in its line editor only: a terminal, a line, a TAB, and a hook that notes every match."""
    hook = """
        PS1= ; fpath=($1 $fpath)
        autoload -Uz compinit && compinit -D -u
        note_matches() {
            compadd() {
                # -O, -A and -D only ask what would match
                [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]] || { local -a hits; builtin compadd -O hits "$@"; print -rl -- $hits >>$2; }
                builtin compadd "$@"
            }
            _main_complete
            print -r -- end >>$2
        }"""
    matches = folder / "matches"
    matches.unlink(missing_ok=True)
    rc = folder / ".zshrc"
    rc.write_text(hook.replace("$1", str(COMPLETIONS / "zsh")).replace("$2", str(matches))
                  + "\nzle -C note complete-word note_matches\nbindkey '^I' note\nLISTMAX=10000\nprint ready\n")
    process, terminal = pty.fork()
    if process == 0:
        os.execvpe("zsh", ["zsh", "-d", "-i"], {**environment(), "ZDOTDIR": str(folder), "TERM": "dumb"})
    try:
        read_until(terminal, lambda seen: "ready" in seen)
        os.write(terminal, line.encode() + b"\t")
        read_until(terminal, lambda _: matches.exists() and matches.read_text().splitlines()[-1:] == ["end"])
    finally:
        os.close(terminal)  # hangs it up
        os.waitpid(process, 0)
    return [match for match in matches.read_text().splitlines()[:-1] if match]


def read_until(terminal, done, seconds=120):
    seen = ""
    until = time.monotonic() + seconds
    while not done(seen):
        assert time.monotonic() < until, f"zsh did not complete:\n{seen}"
        if select.select([terminal], [], [], 0.05)[0]:
            seen += os.read(terminal, 65536).decode(errors="replace")


def shell(argv):
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, env=environment())
    assert done.returncode == 0 and not done.stderr, f"{argv[0]}: status {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout.splitlines()


def environment():
    """The tools are in the PATH, as they are for who installed them."""
    return {**tool.clean_environment(), "PATH": f"{tool.BUILD / 'tools'}:{os.environ['PATH']}"}


@pytest.fixture(params=["bash", "fish", "zsh"])
def complete(request, name, tmp_path):
    """complete(words) gives what this shell offers at their end."""
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed")

    def ask(words):
        line = f"{name} {words}"
        if request.param == "zsh":
            return zsh(name, line, tmp_path)
        return (bash if request.param == "bash" else fish)(name, line)

    ask.shell = request.param
    return ask


def test_completion_offers_the_options_of_help(name, complete):
    offered = [*complete("-"), *complete("--")]
    offered = {word.rstrip("=") for word in offered}
    compare(options_of(name), offered, f"{complete.shell} completion of {name}")


def test_table_of_values_has_whoever_has_the_option(name):
    """A value of its own: --names of xmpp-certcheck takes none."""
    has = {option for option, takes_value in options_of(name).items() if takes_value and option in VALUES}
    known = {option for option, (who, _) in VALUES.items() if name in who or (name, option) in OTHERWISE}
    assert has == known


@whoever_chooses
def test_completion_offers_the_values_of_an_option(name, complete, option):
    values = VALUES[option][1]
    assert set(complete(f"{option} ")) == values
    first = sorted(values)[0]
    after_equals = complete(f"{option}={first[:2]}")
    assert first in {word.rpartition("=")[2] for word in after_equals}


@whoever_chooses
def test_tool_takes_the_values_that_are_offered(name, option):
    for value in VALUES[option][1]:
        tool.run(name, [option, value, "--version"]).expect(status=0)


@examiners
def test_completion_offers_the_findings_the_tool_knows(name, complete):
    ids = tool.run(name, ["--explain", "list"]).expect(status=0).out.split()
    assert set(complete("--ignore ")) == set(ids)


@pytest.mark.parametrize("name", ["xmpp-dialback"], indirect=True)
def test_completion_offers_the_checks_the_tool_knows(name, complete):
    listed = tool.run(name, ["--list-checks"]).expect(status=0).out.splitlines()
    checks = {"usual", "all"} | {line.split()[0] for line in listed if line[:1].islower()}
    assert len(checks) > 2 and set(complete("--check ")) == checks
    for words in ("--check usual,rou", "--check=usual,rou"):  # another one behind a comma
        assert any(re.search(r"(^|,)round$", offered) for offered in complete(words)), words
