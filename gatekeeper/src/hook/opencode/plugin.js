// Written by `execpolicy hook install`. It asks execpolicy before a tool is used; without an answer nothing is.
import { spawn } from "node:child_process"

const command = String.raw`COMMAND`

function ask(event) {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", "exec " + command], { stdio: ["pipe", "pipe", "pipe"] })
    const late = setTimeout(() => child.kill("SIGKILL"), 10000)
    const text = { out: "", err: "" }
    // A letter may come in two pieces.
    child.stdout.setEncoding("utf8")
    child.stderr.setEncoding("utf8")
    child.stdout.on("data", (data) => (text.out += data))
    child.stderr.on("data", (data) => (text.err += data))
    child.stdin.on("error", () => {})
    child.on("error", reject)
    child.on("close", (status) => {
      clearTimeout(late)
      if (status !== 0) reject(new Error(text.err.trim() || "execpolicy failed, so nothing is let through"))
      else resolve(text.out)
    })
    child.stdin.end(JSON.stringify(event))
  })
}

export const ExecPolicy = async ({ directory }) => ({
  "tool.execute.before": async (input, output) => {
    const event = { hook: "tool.execute.before", directory, tool: input.tool, args: output.args }
    const answer = JSON.parse(await ask(event))
    if (answer.decision === "allow" && answer.args) Object.assign(output.args, answer.args)
    else if (answer.decision !== "none") throw new Error(answer.reason || "execpolicy denies it")
  },
})
