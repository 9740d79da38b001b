/** Places whose change runs programs or changes rules later on: writing there is always asked. */
import { within } from "../Locations.ts"

/** Whole directories, by the names on the way to them. */
const directories = [
  ".git",
  ".rein",
  ".husky",
  ".githooks",
  ".github",
  ".gitlab",
  ".circleci",
  ".buildkite",
  ".vscode",
  ".idea",
  ".cursor",
  ".claude",
  ".codex",
  ".gemini",
  ".opencode",
  ".continue",
  ".windsurf",
  ".zed",
  ".devcontainer",
  ".cargo",
  ".mvn",
  ".yarn",
  ".bundle",
  ".direnv",
  ".ssh",
  ".gnupg",
  ".aws",
  ".config",
  ".local",
  ".kube",
  ".docker",
  ".agents",
  "node_modules/.bin",
  "node_modules/.hooks"
]

/** Files of which a text is certainly a configuration that runs things. */
const files =
  /^(?:rein\.jsonc?|\.env(?:\..*|rc)?|\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.c?js|pnpmfile\.c?js|bunfig\.toml|\.pypirc|pip\.conf|\.gitconfig|\.gitmodules|\.gitattributes|\.bashrc|\.bash_.*|\.profile|\.zshrc|\.zshenv|\.zprofile|\.zlogin|\.inputrc|\.vimrc|\.exrc|\.nvimrc|\.editorconfig|\.mcp\.json|mcp\.json|opencode\.jsonc?|\.cursorrules|\.windsurfrules|\.aider.*|\.gitlab-ci\.ya?ml|\.travis\.ya?ml|azure-pipelines\.ya?ml|jenkinsfile|\.tool-versions|mise\.toml|\.mise\.toml|\.pre-commit-config\.yaml|lefthook\.ya?ml|\.lefthook\.ya?ml|\.curlrc|\.wgetrc|\.netrc|\.ripgreprc|\.pythonrc|sitecustomize\.py|usercustomize\.py|conftest\.pth)$/

/** Files that tell package managers and agents what to do, and that people edit every day. */
const configurations =
  /^(?:package\.json|agents\.md|claude\.md|gemini\.md|copilot-instructions\.md|pnpm-workspace\.yaml|\.swcrc|\.babelrc)$/

/** Is the path, or what is below it, a place where a write is always asked? Names are compared without their case: disks may do so too. */
export const isProtected = (project: string, path: string): boolean => {
  const way = within(project, path).toLowerCase()
  const padded = `/${way}/`
  if (directories.some((name) => padded.includes(`/${name}/`))) return true
  const base = way.slice(way.lastIndexOf("/") + 1)
  return files.test(base)
}

/** The same for a write that is certain, not only possible. */
export const isProtectedFromWrites = (project: string, path: string): boolean =>
  isProtected(project, path) || configurations.test(path.slice(path.lastIndexOf("/") + 1).toLowerCase())
