/** What the model is told of jobs: that one has ended, once, unless a call has told it. */
import type { Job, Jobs } from "../process/Jobs.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type { OpenJob, SessionState } from "../session/SessionState.ts"

/** How a job has ended, in words. */
const ending = ({ isStopped, state }: Job): string => {
  if (isStopped || state === "running") return "was stopped"
  if (state.timedOut) return "was stopped after its timeout"
  return state.signal === undefined ? `has ended with exit code ${state.exitCode}` : `was ended by ${state.signal}`
}

const text = (open: OpenJob, job: Job | undefined): string => {
  const name = `Job ${open.id} (${open.command})`
  if (job === undefined) {
    return `${name} is not there any more: it ended with its session, or with the runtime that ran it. How far it came is not known.`
  }
  const rest = job.hasUnread
    ? " It has written something that you have not read yet: read it with the tool `jobs`."
    : ""
  return `${name} ${ending(job)}.${rest}`
}

/**
 * The notes that are due, for jobs that run as far as the log says. Nothing has to be remembered for it: a note that is
 * stored closes its job in the log, and one that was not is due again, also in a runtime that has not started the job.
 */
export const dueNotes = (state: SessionState, jobs: Jobs["Service"]): ReadonlyArray<SessionEvent.SessionEvent> => {
  if (state.jobs.length === 0) return []
  const known = new Map(jobs.list(state.session).map((job) => [job.id, job]))
  return state.jobs
    .filter(({ id }) => known.get(id)?.state !== "running")
    .map((open) => SessionEvent.make("NoteAdded", { kind: "job", text: text(open, known.get(open.id)), job: open.id }))
}
