//! Builds what runs: the sandbox, the Worker, and the browser's files.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, bail};

use crate::command::{capture, run};
use crate::digest::{self, Inputs};
use crate::manifest;
use crate::progress::{Done, step};
use crate::{Tools, Workspace};

/// The wasm features that every supported engine has; binaryen must not emit others.
const WASM_FEATURES: [&str; 7] = [
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-reference-types",
    "--enable-exception-handling",
];

/// What binaryen is asked for. Left alone, it moves functions with one caller into that caller, and what
/// comes of that is one function of hundreds of kilobytes: larger compressed, and compiled whole by the
/// first request of a fresh runtime, which took 42 ms instead of 14.
const WASM_OPT: [&str; 2] = ["-Oz", "--one-caller-inline-max-function-size=0"];

/// How much to do about a module's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Take the module as the compiler made it, unless an optimized one is there already.
    Quick,
    /// Optimize, which can take a minute: what is deployed, packaged and measured.
    Full,
}

/// Builds everything that a running system consists of.
///
/// # Errors
///
/// When something does not compile.
pub fn build_all(workspace: &Workspace, tools: &Tools, effort: Effort) -> Result<()> {
    step("sandbox CA and wasm-bindgen (native)", || {
        cargo(
            workspace,
            &["build", "--package", "emsign-sandbox", "--package", BINDGEN],
        )?;
        Ok(Done::Yes)
    })?;
    step("Worker: compile to wasm", || compile(workspace, WORKER))?;
    // The compiler's last pass over a whole program keeps one core busy, and so does the optimizer.
    let both = "Worker: bind and optimize; meanwhile console and extension: compile to wasm";
    step(both, || {
        thread::scope(|scope| {
            let bound = scope.spawn(|| bind_worker(workspace, tools, effort));
            let compiled = compile(workspace, PLUGIN)?;
            match bound.join() {
                Ok(bound) => bound.map(|_| compiled),
                Err(_) => bail!("binding the Worker broke off"),
            }
        })
    })?;
    step("Console and extension: bind and optimize", || {
        bind_plugin(workspace, tools, effort)
    })?;
    Ok(())
}

/// The packages that become wasm.
const WORKER: &str = "certwright-worker";
const PLUGIN: &str = "certwright-plugin";

/// Builds the Worker into `worker/build`.
///
/// # Errors
///
/// When it does not compile.
pub fn worker(workspace: &Workspace, tools: &Tools, effort: Effort) -> Result<()> {
    step("Worker: compile to wasm", || compile(workspace, WORKER))?;
    step("Worker: bind and optimize", || {
        bind_worker(workspace, tools, effort)
    })?;
    Ok(())
}

fn bind_worker(workspace: &Workspace, tools: &Tools, effort: Effort) -> Result<Done> {
    let module = workspace.wasm_module("release", "certwright_worker");
    let flags = [
        "--target",
        "module",
        "--experimental-reset-state-function",
        "--force-enable-abort-handler",
    ];
    let bound = bound(workspace, "worker");
    let fresh = bind(workspace, (tools, effort), &module, &bound, &flags)?;
    if fresh {
        // The runtime hands out a compiled module for a plain import.
        let script = bound.join("index.js");
        let text = fs::read_to_string(&script)?;
        fs::write(&script, text.replace("import source ", "import "))?;
        fs::write(bound.join("shim.mjs"), include_bytes!("shim.mjs"))?;
    }
    mirror(&[&bound], &workspace.worker_build())?;
    Ok(if fresh { Done::Yes } else { Done::Already })
}

/// Builds the console and the unpacked extension into `web-plugin/dist`.
///
/// # Errors
///
/// When it does not compile.
pub fn plugin(workspace: &Workspace, tools: &Tools, effort: Effort) -> Result<()> {
    step("Console and extension: compile to wasm", || {
        compile(workspace, PLUGIN)
    })?;
    step("Console and extension: bind and optimize", || {
        bind_plugin(workspace, tools, effort)
    })?;
    Ok(())
}

fn bind_plugin(workspace: &Workspace, tools: &Tools, effort: Effort) -> Result<Done> {
    let module = workspace.wasm_module("release", "certwright_plugin");
    let bound = bound(workspace, "plugin");
    let fresh = bind(
        workspace,
        (tools, effort),
        &module,
        &bound,
        &["--target", "web"],
    )?;
    let source = workspace.root().join("web-plugin");
    for (page, folder) in [
        ("console", workspace.console()),
        ("extension", workspace.extension()),
    ] {
        mirror(
            &[&source.join("shared"), &source.join(page), &bound],
            &folder,
        )?;
    }
    firefox(workspace, &source, &bound)?;
    Ok(if fresh { Done::Yes } else { Done::Already })
}

/// The extension for Firefox: Chromium's with another manifest.
fn firefox(workspace: &Workspace, source: &Path, bound: &Path) -> Result<()> {
    let extension = source.join("extension");
    let text = fs::read_to_string(extension.join("manifest.json"))?;
    let patch = fs::read_to_string(source.join("firefox.manifest.patch.json"))?;
    let own = workspace.target().join("certwright/firefox");
    write_if_changed(
        &own.join("manifest.json"),
        manifest::patched(&text, &patch)?.as_bytes(),
    )?;
    let parts = [&source.join("shared"), &extension, bound, &own];
    mirror(&parts, &workspace.firefox_extension())
}

/// Whether what was built last is what would be deployed, and not the quick form of it.
#[must_use]
pub fn is_optimized(workspace: &Workspace) -> bool {
    ["worker", "plugin"]
        .iter()
        .all(|name| bound(workspace, name).join(OPTIMIZED).exists())
}

/// Says for which input the optimized module beside it was made.
const OPTIMIZED: &str = ".optimized";

/// The package of the wasm-bindgen tools.
const BINDGEN: &str = "certwright-bindgen";

/// wasm-bindgen's test runner, for cargo to run wasm tests with.
#[must_use]
pub fn wasm_test_runner(workspace: &Workspace) -> String {
    format!("{} test", workspace.program(BINDGEN).display())
}

/// Runs cargo in the workspace. A person at a terminal sees its progress, a log only what is wrong.
///
/// # Errors
///
/// When cargo fails.
pub fn cargo(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace.root()).args(arguments);
    // Of the commands used here, all but `test` would pass nothing on to what they run.
    if !std::io::stderr().is_terminal() && arguments.first() != Some(&"test") {
        command.env("CARGO_TERM_QUIET", "true");
    }
    run(&mut command)
}

fn compile(workspace: &Workspace, package: &str) -> Result<Done> {
    cargo(
        workspace,
        &[
            "build",
            "--release",
            "--lib",
            "--target",
            "wasm32-unknown-unknown",
            "--package",
            package,
        ],
    )?;
    Ok(Done::Yes)
}

/// The folder for a module with its JavaScript, before it goes where it is served from.
fn bound(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target().join("certwright").join(name)
}

/// Generates the JavaScript for a module and shrinks the module; returns whether it had changed.
fn bind(
    workspace: &Workspace,
    (tools, effort): (&Tools, Effort),
    module: &Path,
    out: &Path,
    flags: &[&str],
) -> Result<bool> {
    let generator = workspace.program(BINDGEN);
    if !generator.exists() {
        cargo(workspace, &["build", "--package", BINDGEN])?;
    }
    let mut inputs = Inputs::new();
    inputs.path(module)?;
    inputs.bytes(include_bytes!("shim.mjs"));
    for flag in flags.iter().chain(&WASM_FEATURES).chain(&WASM_OPT) {
        inputs.bytes(flag.as_bytes());
    }
    let digest = inputs.finish();
    let (stamp, optimized_stamp) = (out.join(".input"), out.join(OPTIMIZED));
    let optimized = digest::is_current(&optimized_stamp, &digest);
    if optimized || effort == Effort::Quick && digest::is_current(&stamp, &digest) {
        return Ok(false);
    }
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    capture(
        Command::new(generator)
            .arg("generate")
            .arg(module)
            .arg("--out-dir")
            .arg(out)
            .args(["--no-typescript", "--out-name", "index"])
            .args(flags),
    )?;
    if effort == Effort::Full {
        let bound = out.join("index_bg.wasm");
        let optimized = out.join("index_bg.optimized.wasm");
        capture(
            tools
                .wasm_opt()
                .args(WASM_OPT)
                .args(WASM_FEATURES)
                .arg(&bound)
                .arg("-o")
                .arg(&optimized),
        )?;
        fs::rename(optimized, bound)?;
        digest::remember(&optimized_stamp, &digest)?;
    }
    digest::remember(&stamp, &digest)?;
    Ok(true)
}

/// Makes `to` hold exactly the files of the given folders, touching only what differs. A file of a
/// later folder takes the place of one with the same name.
fn mirror(from: &[&Path], to: &Path) -> Result<()> {
    let mut wanted = Vec::new();
    for folder in from {
        if !folder.is_dir() {
            bail!("{} is missing", folder.display());
        }
        files(folder, Path::new(""), &mut wanted)?;
    }
    let taken = |at: usize, name: &Path| wanted.iter().skip(at + 1).any(|(_, later)| later == name);
    for (at, (source, name)) in wanted.iter().enumerate() {
        if taken(at, name) {
            continue;
        }
        write_if_changed(&to.join(name), &fs::read(source)?)?;
    }
    let mut present = Vec::new();
    files(to, Path::new(""), &mut present)?;
    for (path, name) in present {
        if !wanted.iter().any(|(_, wanted)| *wanted == name) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// The paths of all files below a folder, relative to it; hidden files are left out.
///
/// # Errors
///
/// When a folder can't be read.
pub fn names_of_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    files(folder, Path::new(""), &mut found)?;
    Ok(found.into_iter().map(|(_, name)| name).collect())
}

/// Every file below a folder, with its path relative to it; hidden files are left out.
fn files(folder: &Path, below: &Path, found: &mut Vec<(PathBuf, PathBuf)>) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))?
    {
        let entry = entry?;
        let name = below.join(entry.file_name());
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            files(&entry.path(), &name, found)?;
        } else {
            found.push((entry.path(), name));
        }
    }
    Ok(())
}

/// Writes a file unless it already holds just that: a running wrangler reloads on every write.
fn write_if_changed(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content).with_context(|| format!("could not write {}", path.display()))
}

/// The gzip sizes of files below a folder, summed up; what a limit on compressed size counts.
///
/// # Errors
///
/// When a file can't be read.
pub fn compressed_size(folder: &Path) -> Result<u64> {
    let mut found = Vec::new();
    files(folder, Path::new(""), &mut found)?;
    let mut sum = 0;
    for (path, _) in found {
        let content = fs::read(&path)?;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, &content)?;
        sum += encoder.finish()?.len() as u64;
    }
    Ok(sum)
}
