// A child of a bench that says what it is told to say, and ends if it is told so.
for (const kind of process.argv.slice(2)) if (kind !== "end") process.send({ kind });
if (process.argv.includes("end")) process.exit();
process.on("message", ({ say }) => process.send({ kind: say }));
