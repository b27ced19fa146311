//! What may be said about a request in logs and errors.

use url::Url;

/// The longest word shown. Tokens and keys are longer than the names and ids that paths are made of.
const LONGEST_WORD: usize = 40;

/// Host, path and the names of the query's parameters; never a value, a user or a fragment.
///
/// Ids in the path stay, because they are what one looks for in a log. A path segment that is not a plain word
/// may hold anything, so it is replaced.
pub(crate) fn describe(url: &Url) -> String {
    let mut text = host(url);
    for segment in url.path_segments().into_iter().flatten() {
        text.push('/');
        text.push_str(plain(segment));
    }
    for (index, (name, _)) in url.query_pairs().enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(plain(&name));
    }
    text
}

/// The host, and the port if it is an unusual one. For addresses whose path is itself a secret.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("no host");
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The word itself if it can only be a name or an id, else a placeholder.
pub(crate) fn plain(word: &str) -> &str {
    let is_plain = word.len() <= LONGEST_WORD
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if is_plain { word } else { "*" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: &str) {
        assert_eq!(describe(&Url::parse(url).unwrap()), expected);
    }

    #[test]
    fn a_bare_host_is_itself() {
        check("https://api.example.com", "api.example.com/");
    }

    #[test]
    fn the_path_is_kept_with_its_ids() {
        check(
            "https://api.example.com/v4_6/apis/3.0/company/contacts/4711",
            "api.example.com/v4_6/apis/3.0/company/contacts/4711",
        );
    }

    #[test]
    fn of_the_query_only_names_are_kept() {
        check(
            "https://api.example.com/contacts?conditions=name%3D%22Ann%22&pageSize=100&flag",
            "api.example.com/contacts?conditions&pageSize&flag",
        );
    }

    #[test]
    fn an_unusual_port_is_kept() {
        check("http://127.0.0.1:8080/a", "127.0.0.1:8080/a");
        check("https://api.example.com:443/a", "api.example.com/a");
    }

    #[test]
    fn users_fragments_and_odd_words_are_not_shown() {
        check(
            "https://user:secret@api.example.com/by-email/ann@example.com?a%20b=1#top",
            "api.example.com/by-email/*?*",
        );
        check("https://api.example.com/Ann%20Example", "api.example.com/*");
        let token = "0123456789abcdef".repeat(3);
        check(
            &format!("https://api.example.com/key/{token}"),
            "api.example.com/key/*",
        );
    }

    #[test]
    fn the_host_can_be_named_alone() {
        let url = Url::parse("https://api.example.com:8443/key/1?a=b").unwrap();
        assert_eq!(host(&url), "api.example.com:8443");
    }
}
