/** Programs that change files, as their names say. */
import type { Table } from "./Program.ts"

/** The target of a link is seen from where the link is: one that goes up leads elsewhere than it seems. */
const staysBelow: Table["check"] = ({ operands }) =>
  operands.every((operand) => operand.values?.every((text) => !/(?:^|\/)\.\.(?:\/|$)/.test(text)) === true)
    ? undefined
    : "a link that goes up may lead out of the project"

/** What a directory brings along is not in its name: `cp -r theirs/. .` writes `.git` too. */
const namesItsFiles: Table["check"] = ({ operands }) =>
  operands.slice(0, -1).every(({ values }) => values?.every((one) => !/(?:^|\/)\.{1,2}\/*$/.test(one)) === true)
    ? undefined
    : "what it writes is not in its names"

/** By name. What is there to be changed is an `act`; what `tee` and `truncate` overwrite is a `write`. */
export const changes: Readonly<Record<string, Table>> = {
  mkdir: { flags: "-p -v --parents --verbose", texts: "-m --mode", operands: "act" },
  touch: { flags: "-a -c -m -h --no-create", texts: "-d -t --date", reads: "-r --reference", operands: "act" },
  rm: {
    flags: "-r -R -f -i -I -d -v --recursive --force --dir --verbose --interactive --preserve-root --one-file-system",
    operands: "act"
  },
  rmdir: { flags: "-p -v --parents --verbose --ignore-fail-on-non-empty", operands: "act" },
  unlink: { operands: "act" },
  cp: {
    flags:
      "-a -f -i -n -p -r -R -T -u -v -x -d -P --archive --force --interactive --no-clobber --recursive --update --verbose --no-target-directory --parents --no-dereference",
    optional: "--preserve --reflink --update",
    operands: "copy",
    check: namesItsFiles
  },
  mv: {
    flags: "-f -i -n -T -u -v --force --interactive --no-clobber --update --verbose --no-target-directory",
    operands: "act",
    check: namesItsFiles
  },
  ln: {
    flags: "-s -f -n -r -T -v --symbolic --force --no-dereference --relative --no-target-directory --verbose",
    operands: "copy",
    check: staysBelow
  },
  chmod: { flags: "-R -v -c -f --recursive --verbose --changes --silent --quiet", operands: "act" },
  tee: { flags: "-a -i --append --ignore-interrupts", operands: "write" },
  truncate: { flags: "-c --no-create", texts: "-s --size", operands: "write" },
  mktemp: { flags: "-d -u -q --directory", operands: "act" }
}
