//! The file of a backup: a tar archive with the dump, its manifest, the checksums of both as `sha256sum --check` reads them, and
//! the seal over those.

use super::manifest::{FORMAT, Manifest};
use aws_lc_rs::digest::{Context, SHA256, digest};
use data_encoding::HEXLOWER;
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
};
use tar::{EntryType, Header};

const DUMP: &str = "database.dump";
const MANIFEST: &str = "manifest.json";
const SUMS: &str = "SHA256SUMS";
const SEAL: &str = "SHA256SUMS.seal";

/// The unit of a tar archive, in bytes.
const BLOCK: usize = 512;

/// The longest part other than the dump, in bytes.
const MAX_PART: u64 = 1 << 20;

/// The reason why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArchiveError {
    #[error("it is no backup that `latchkey backup` has made")]
    Foreign,
    #[error("it is cut short: its end is missing")]
    Cut,
    #[error("its {0} is not what was backed up: the checksum is another")]
    Changed(&'static str),
    #[error("a newer version of Latchkey made it, in the form {0}; this version reads {FORMAT}")]
    Newer(u32),
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Writes a backup: the dump first, whose size nobody knows before.
#[derive(Debug)]
pub(super) struct Writer {
    file: File,
    seconds: u64,
    dump_sum: String,
}

impl Writer {
    /// Writes the dump.
    pub(super) fn begin(mut file: File, seconds: u64, mut dump: impl Read) -> io::Result<Self> {
        file.write_all(&[0; BLOCK])?;
        let (size, dump_sum) = copy(&mut dump, &mut file)?;
        pad(&mut file, size)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(header(DUMP, size, seconds)?.as_bytes())?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file, seconds, dump_sum })
    }

    /// Writes everything else, to the disk itself; `seal` returns the seal over the checksums, if there is a key. Returns the
    /// size of the file.
    pub(super) fn finish(
        mut self,
        manifest: &Manifest,
        seal: impl FnOnce(&[u8]) -> Option<String>,
    ) -> io::Result<u64> {
        let mut text = serde_json::to_string_pretty(manifest)?;
        text.push('\n');
        let sums = format!("{}  {DUMP}\n{}  {MANIFEST}\n", self.dump_sum, sum(text.as_bytes()));
        self.part(MANIFEST, text.as_bytes())?;
        self.part(SUMS, sums.as_bytes())?;
        if let Some(seal) = seal(sums.as_bytes()) {
            self.part(SEAL, format!("{seal}\n").as_bytes())?;
        }
        self.file.write_all(&[0; 2 * BLOCK])?;
        self.file.sync_all()?;
        self.file.stream_position()
    }

    fn part(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let size = bytes.len() as u64;
        self.file.write_all(header(name, size, self.seconds)?.as_bytes())?;
        self.file.write_all(bytes)?;
        pad(&mut self.file, size)
    }
}

fn header(name: &str, size: u64, seconds: u64) -> io::Result<Header> {
    let mut header = Header::new_gnu();
    header.set_path(name)?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_size(size);
    header.set_mtime(seconds);
    header.set_cksum();
    Ok(header)
}

fn pad(file: &mut File, size: u64) -> io::Result<()> {
    let rest = usize::try_from(size.next_multiple_of(BLOCK as u64) - size).unwrap_or_default();
    file.write_all(&[0; BLOCK][..rest])
}

fn sum(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, bytes).as_ref())
}

/// Copies everything, and returns its size and checksum.
fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<(u64, String)> {
    let (mut context, mut size, mut buffer) = (Context::new(&SHA256), 0, vec![0; 1 << 16]);
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => return Ok((size, HEXLOWER.encode(context.finish().as_ref()))),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let piece = buffer.get(..count).unwrap_or_default();
        context.update(piece);
        to.write_all(piece)?;
        size += count as u64;
    }
}

/// A backup whose every part is what its checksum says.
#[derive(Debug)]
pub(super) struct Archive {
    file: File,
    start: u64,
    size: u64,
    pub(super) manifest: Manifest,
    pub(super) sums: Vec<u8>,
    pub(super) seal: Option<String>,
}

impl Archive {
    /// Reads a file to its end, and compares its checksums.
    ///
    /// Errors: it is no backup, or not whole.
    pub(super) fn open(mut file: File) -> Result<Self, ArchiveError> {
        file.seek(SeekFrom::Start(0))?;
        let mut tar = tar::Archive::new(&file);
        let mut entries = tar.entries()?;
        let mut dump = next(&mut entries, DUMP, true)?;
        let (start, size) = (dump.raw_file_position(), dump.size());
        let (read, dump_sum) = copy(&mut dump, &mut io::sink()).map_err(cut)?;
        if read < size {
            return Err(ArchiveError::Cut);
        }
        let text = part(&mut next(&mut entries, MANIFEST, false)?)?;
        let sums = part(&mut next(&mut entries, SUMS, false)?)?;
        let seal = match entries.next() {
            None => None,
            Some(entry) => {
                let mut entry = entry.map_err(cut)?;
                if entry.path_bytes() != SEAL.as_bytes() {
                    return Err(ArchiveError::Foreign);
                }
                Some(String::from_utf8(part(&mut entry)?).map_err(|_| ArchiveError::Changed(SEAL))?)
            }
        };
        if entries.next().is_some() {
            return Err(ArchiveError::Foreign);
        }
        let expected = std::str::from_utf8(&sums).map_err(|_| ArchiveError::Changed(SUMS))?;
        let mut lines = expected.lines();
        for (name, found) in [(DUMP, dump_sum), (MANIFEST, sum(&text))] {
            if lines.next() != Some(&format!("{found}  {name}")) {
                return Err(ArchiveError::Changed(name));
            }
        }
        if lines.next().is_some() {
            return Err(ArchiveError::Changed(SUMS));
        }
        Ok(Self { start, size, manifest: manifest(&text)?, sums, seal, file })
    }

    /// Returns the dump.
    pub(super) fn dump(&mut self) -> io::Result<impl Read> {
        self.file.seek(SeekFrom::Start(self.start))?;
        Ok((&self.file).take(self.size))
    }
}

/// Returns the next entry, which has to have this name. Anything else in the place of the first is no backup, and later one that
/// is not whole.
fn next<'a, R: Read>(
    entries: &mut tar::Entries<'a, R>,
    name: &'static str,
    first: bool,
) -> Result<tar::Entry<'a, R>, ArchiveError> {
    let entry = match entries.next() {
        Some(Ok(entry)) => entry,
        None if !first => return Err(ArchiveError::Cut),
        Some(Err(error)) if !first => return Err(cut(error)),
        _ => return Err(ArchiveError::Foreign),
    };
    let is_it = entry.header().entry_type() == EntryType::Regular && entry.path_bytes() == name.as_bytes();
    if is_it { Ok(entry) } else { Err(ArchiveError::Foreign) }
}

/// Returns the error of an archive that ends too early, or whose parts are not where they should be.
fn cut(error: io::Error) -> ArchiveError {
    match error.kind() {
        io::ErrorKind::Other | io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => ArchiveError::Cut,
        _ => ArchiveError::Io(error),
    }
}

fn part(entry: &mut impl EntryRead) -> Result<Vec<u8>, ArchiveError> {
    let size = entry.length();
    if size > MAX_PART {
        return Err(ArchiveError::Foreign);
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(cut)?;
    if (bytes.len() as u64) < size { Err(ArchiveError::Cut) } else { Ok(bytes) }
}

/// An entry with the size that its header says.
trait EntryRead: Read {
    fn length(&self) -> u64;
}

impl<R: Read> EntryRead for tar::Entry<'_, R> {
    fn length(&self) -> u64 {
        self.size()
    }
}

/// Parses the manifest; its form is looked at first, because a newer one may have other members.
fn manifest(text: &[u8]) -> Result<Manifest, ArchiveError> {
    let value: serde_json::Value = serde_json::from_slice(text).map_err(|_| ArchiveError::Foreign)?;
    let format = value.get("format").and_then(serde_json::Value::as_u64).ok_or(ArchiveError::Foreign)?;
    match u32::try_from(format) {
        Ok(FORMAT) => serde_json::from_value(value).map_err(|_| ArchiveError::Foreign),
        Ok(newer) if newer > FORMAT => Err(ArchiveError::Newer(newer)),
        _ => Err(ArchiveError::Foreign),
    }
}
