/** Programs that look at files, directories and the machine. */
import type { Table } from "./Program.ts"
import { known } from "../words/Value.ts"

const sums: Table = {
  flags: "-b -t -z --binary --text --tag --zero",
  operands: "read"
}

const none: Table = {}

const exa: Table = {
  flags:
    "-1 -a -A -b -B -d -D -f -F -g -G -h -H -i -l -m -n -o -r -R -s -S -T -u -U -x -X --all --long --tree --recurse --oneline --grid --header --git --git-ignore --icons --group-directories-first --reverse --no-user --no-permissions --no-time --no-filesize --list-dirs --only-dirs --only-files --version --help",
  texts: "-L -s -I -t -w --level --sort --ignore-glob --time --time-style --width",
  optional: "--color --icons --colour",
  operands: "look"
}

/** By name. What only tells names and sizes is a `look`; what opens a file, as `shasum` does, is a `read`. */
export const files: Readonly<Record<string, Table>> = {
  ls: {
    flags:
      "-1 -a -A -b -B -c -C -d -f -F -g -G -h -H -i -k -l -L -m -n -N -o -p -q -Q -r -R -s -S -t -u -U -v -x -X -Z " +
      "--all --almost-all --author --escape --directory --classify --full-time --group-directories-first --no-group " +
      "--human-readable --si --inode --kibibytes --numeric-uid-gid --literal --reverse --recursive --size " +
      "--file-type --quote-name --context --zero --dereference-command-line --help --version",
    texts:
      "-I -w -T --ignore --hide --width --tabsize --block-size --sort --time --time-style --format --quoting-style --indicator-style",
    optional: "--color --hyperlink",
    operands: "look"
  },
  tree: {
    flags:
      "-a -d -f -x -p -s -h -D -F -i -q -N -Q -C -n -A -S -r -t -c -U -v -J -u -g --noreport --dirsfirst --filesfirst --du --si --gitignore --prune --matchdirs --ignore-case --inodes --device --help --version",
    texts: "-L -P -I --filelimit --charset --timefmt --sort",
    operands: "look"
  },
  stat: {
    flags: "-f -t -L --file-system --terse --dereference --help --version",
    texts: "-c --format --printf",
    operands: "look"
  },
  file: {
    flags:
      "-b -i -h -k -L -n -N -r -0 --brief --mime --mime-type --mime-encoding --no-dereference --keep-going --extension --help --version",
    texts: "-F -e --separator --exclude",
    operands: "read"
  },
  du: {
    flags:
      "-a -b -c -D -h -k -l -m -P -s -S -x -0 --all --apparent-size --bytes --total --human-readable --si --summarize --separate-dirs --one-file-system --inodes --help --version",
    texts: "-d -t -B --max-depth --threshold --block-size --exclude --time-style",
    optional: "--time",
    operands: "look"
  },
  df: {
    flags:
      "-a -h -H -i -k -l -P -T --all --human-readable --si --inodes --local --portability --print-type --total --help --version",
    texts: "-B -t -x --block-size --type --exclude-type",
    optional: "--output",
    operands: "look"
  },
  basename: { flags: "-a -z --multiple --zero", texts: "-s --suffix", operands: "text" },
  dirname: { flags: "-z --zero", operands: "text" },
  realpath: {
    flags:
      "-e -m -L -P -q -s -z --canonicalize-existing --canonicalize-missing --logical --physical --quiet --strip --no-symlinks --zero",
    reads: "--relative-to --relative-base",
    operands: "read"
  },
  readlink: {
    flags: "-f -e -m -n -q -s -v -z --canonicalize --canonicalize-existing --canonicalize-missing",
    operands: "read"
  },
  pwd: { flags: "-L -P" },
  which: { flags: "-a -s", operands: "text" },
  whereis: { flags: "-b -m -s", operands: "text" },
  type: { flags: "-a -f -p -P -t", operands: "text" },
  md5sum: sums,
  sha1sum: sums,
  sha224sum: sums,
  sha256sum: sums,
  sha384sum: sums,
  sha512sum: sums,
  b2sum: sums,
  shasum: { flags: "-b -t -0", texts: "-a --algorithm", operands: "read" },
  cksum: { flags: "--untagged --tag --raw --base64", texts: "-a --algorithm", operands: "read" },
  sum: { flags: "-r -s", operands: "read" },
  whoami: none,
  logname: none,
  tty: { flags: "-s" },
  nproc: { flags: "--all", texts: "--ignore" },
  arch: none,
  groups: { operands: "text" },
  id: { flags: "-a -u -g -G -n -r -z --user --group --groups --name --real", operands: "text" },
  uname: {
    flags:
      "-a -s -n -r -v -m -p -i -o --all --kernel-name --nodename --kernel-release --kernel-version --machine --processor --operating-system"
  },
  hostname: { flags: "-s -f -i -I -d -A --short --fqdn --long --ip-address --all-ip-addresses --domain" },
  uptime: { flags: "-p -s --pretty --since" },
  free: { flags: "-b -k -m -g -h -t -w -l --bytes --kibi --mebi --gibi --human --total --wide --mega --giga --si" },
  ps: {
    flags: "-a -A -e -f -F -H -j -l -L -N -w -x -y -m --forest --headers --no-headers --deselect",
    texts: "-C -o -O -p -q -s -t -u -U -g -G --sort --pid --ppid --user --cols --width --format",
    operands: "text",
    // The letter e of the old form shows environments, with their secrets.
    check: ({ operands, options }) =>
      operands.some((operand) => !/^[aAfghjlmnrTuUvwxX]+$|^\d+$/.test(known(operand) ?? "?")) ||
      options.some(({ value }) => value !== undefined && /env/i.test(known(value) ?? "env"))
        ? "it may show the environment of programs"
        : undefined
  },
  pgrep: {
    flags: "-a -f -l -n -o -v -w -x -c -i -d --list-name --list-full --full --newest --oldest --exact --count",
    texts: "-u -U -P -g -G -s -t",
    operands: "text"
  },
  lsblk: { flags: "-a -b -d -f -l -m -n -p -r -t -J --json --fs", texts: "-o --output", operands: "read" },
  date: {
    flags: "-u -R --utc --universal --rfc-email",
    texts: "-d --date --rfc-3339",
    optional: "-I --iso-8601",
    reads: "-r --reference",
    operands: "text",
    // Any other operand sets the clock.
    check: ({ operands }) =>
      operands.every((operand) => operand.beginning.startsWith("+")) ? undefined : "it may set the clock"
  },
  cal: { flags: "-1 -3 -j -m -s -y", operands: "text" },
  sleep: {
    operands: "text",
    check: ({ operands }) => {
      const seconds = operands.map((operand) => /^(\d{1,4}(?:\.\d+)?)s?$/.exec(known(operand) ?? "")?.[1])
      return seconds.every((one) => one !== undefined && Number(one) <= 600) ? undefined : "it may wait for too long"
    }
  },
  seq: { flags: "-w --equal-width", texts: "-f -s --format --separator", operands: "text", numbers: true },
  true: { operands: "text" },
  false: { operands: "text" },
  ":": { operands: "text" },
  locale: { flags: "-a -m -k -c --all-locales", operands: "text" },
  getconf: { flags: "-a", operands: "text" },
  lscpu: { flags: "-a -b -e -J -p" },
  w: { flags: "-h -s -f -i -o", operands: "text" },
  who: { flags: "-a -b -H -q -r -u -m -T" },
  last: { flags: "-a -d -F -i -R -w -x", texts: "-n", operands: "text", numbers: true },
  eza: exa,
  exa,
  lsof: {
    flags: "-n -P -t",
    optional: "-i",
    operands: "text",
    // Without `-i` an operand is a file whose users are looked for.
    check: ({ operands }) =>
      operands.every((operand) => /^(?:tcp|udp)?(?::\d+(?:[,-]\d+)*)?$/i.test(known(operand) ?? "/"))
        ? undefined
        : "what it looks for is not certain"
  },
  cmp: {
    flags: "-b -l -s --print-bytes --verbose --quiet --silent",
    texts: "-i -n --ignore-initial --bytes",
    operands: "read"
  }
}
