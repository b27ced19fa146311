//! A stand-in for AWS: one stack, with what its outputs name, and the sandbox as its PSA.

use std::fs;
use std::process::Command;

use sandbox::{RequestKind, RequestLog, Sandbox, World, WorldHandle, growcrm, itglue, seed};
use serde_json::{Value, json};
use tempfile::TempDir;
use wiremock::matchers::{body_string_contains, header, method, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::program::{Ran, root};

/// The token of the tenant, which nothing may print.
pub(crate) const TOKEN: &str = "t-7f3a0123456789abcdefgh";

const STACK: &str = "rollcall";

pub(crate) struct Cloud {
    server: MockServer,
    sandbox: Sandbox,
    mirrors: Option<Mirrors>,
    home: TempDir,
    endpoint: String,
}

/// The vendors of the mirrors.
struct Mirrors {
    itglue: Sandbox<itglue::Account>,
    growcrm: Sandbox<growcrm::Account>,
}

impl Cloud {
    /// A stack with these rules, whose mirrors are off.
    pub(crate) async fn start(rules: &str) -> Self {
        Self::start_with(rules, json!({}), |_| ()).await
    }

    /// A stack whose tenant's secret says more, and whose PSA is somewhat different.
    pub(crate) async fn start_with(
        rules: &str,
        tenant: Value,
        change: impl FnOnce(&mut World),
    ) -> Self {
        let mut world = World::example();
        change(&mut world);
        Self::open(rules, tenant, world, None).await
    }

    /// A stack whose mirrors are on, and whose vendors are somewhat different.
    pub(crate) async fn start_mirrored(
        rules: &str,
        change: impl FnOnce(&mut itglue::Account, &mut growcrm::Account),
    ) -> Self {
        let (mut itglue, mut growcrm) = (seed::itglue(), seed::growcrm());
        change(&mut itglue, &mut growcrm);
        let mirrors = Mirrors {
            itglue: Sandbox::start(itglue).await.unwrap(),
            growcrm: Sandbox::start(growcrm).await.unwrap(),
        };
        Self::open(rules, json!({}), World::example(), Some(mirrors)).await
    }

    async fn open(rules: &str, tenant: Value, world: World, mirrors: Option<Mirrors>) -> Self {
        let sandbox = Sandbox::start(world).await.unwrap();
        let server = MockServer::start().await;
        let cloud = Self {
            endpoint: server.uri(),
            server,
            sandbox,
            mirrors,
            home: TempDir::new().unwrap(),
        };
        cloud.mount(rules, tenant).await;
        cloud
    }

    async fn mount(&self, rules: &str, mut tenant: Value) {
        let base = self.server.uri();
        let mut outputs = vec![
            ("CallbackUrl", format!("{base}/cw/")),
            ("TenantSecretId", "tenant".to_owned()),
            ("ConnectWiseSecretId", "connectwise".to_owned()),
            ("ConnectWiseSite", self.sandbox.base_url()),
            ("RulesParameter", "/rollcall/rules".to_owned()),
            ("WorkQueueUrl", format!("{base}/000000000000/work.fifo")),
            (
                "DeadLetterQueueUrl",
                format!("{base}/000000000000/dead.fifo"),
            ),
            ("JournalTable", "journal".to_owned()),
        ];
        if self.mirrors.is_some() {
            let queue = |name: &str| format!("{base}/000000000000/{name}.fifo");
            outputs.extend([
                ("ItGlueSecretId", "itglue".to_owned()),
                ("ItGlueQueueUrl", queue("itglue")),
                ("ItGlueDeadLetterQueueUrl", queue("itglue-dead")),
                ("GrowCrmSecretId", "growcrm".to_owned()),
                ("GrowCrmQueueUrl", queue("growcrm")),
                ("GrowCrmDeadLetterQueueUrl", queue("growcrm-dead")),
            ]);
        }
        let outputs = outputs.into_iter().map(|(key, value)| {
            format!(
                "<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"
            )
        });
        let found = format!(
            "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>{STACK}</StackName>\
             <Outputs>{}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>",
            outputs.collect::<String>()
        );
        let unknown = "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id other does not \
                       exist</Message></Error></ErrorResponse>";
        self.describe(STACK, 200, &found).await;
        self.describe("other", 400, unknown).await;

        tenant["path_token"] = json!(TOKEN);
        let credentials = self.world().lock().credentials();
        let keys = json!({
            "login_company": credentials.company, "public_key": credentials.public_key,
            "private_key": credentials.private_key, "client_id": credentials.client_id,
        });
        let mut secrets = vec![("tenant", tenant), ("connectwise", keys)];
        if let Some(Mirrors { itglue, growcrm }) = &self.mirrors {
            let key = itglue.world().lock().api_key.clone();
            let region = itglue.base_url();
            secrets.push(("itglue", json!({ "region": region, "api_key": key })));
            let key = growcrm.world().lock().api_key.clone();
            let base_url = growcrm.base_url();
            secrets.push(("growcrm", json!({ "base_url": base_url, "api_key": key })));
        }
        for (id, secret) in secrets {
            let answer = json!({ "SecretString": secret.to_string() });
            let mock = Mock::given(header("x-amz-target", "secretsmanager.GetSecretValue"))
                .and(body_string_contains(format!("\"{id}\"")));
            self.answer(mock, 200, answer).await;
        }
        let rules = json!({ "Parameter": { "Name": "/rollcall/rules", "Value": rules } });
        self.on("AmazonSSM.GetParameter", 200, rules).await;
        // An empty table.
        for (operation, answer) in [
            ("Query", json!({ "Items": [], "Count": 0 })),
            ("GetItem", json!({})),
            ("BatchGetItem", json!({ "Responses": {} })),
        ] {
            self.on(&format!("DynamoDB_20120810.{operation}"), 200, answer)
                .await;
        }
    }

    async fn describe(&self, stack: &str, status: u16, body: &str) {
        Mock::given(body_string_contains("Action=DescribeStacks"))
            .and(body_string_contains(format!("StackName={stack}")))
            .respond_with(ResponseTemplate::new(status).set_body_raw(body, "text/xml"))
            .mount(&self.server)
            .await;
    }

    /// Answers an operation of AWS from now on.
    pub(crate) async fn on(&self, target: &str, status: u16, answer: Value) {
        self.answer(Mock::given(header("x-amz-target", target)), status, answer)
            .await;
    }

    /// Answers an operation of AWS once, before what is said otherwise.
    pub(crate) async fn once(&self, target: &str, answer: Value) {
        Mock::given(header("x-amz-target", target))
            .respond_with(ResponseTemplate::new(200).set_body_json(answer))
            .up_to_n_times(1)
            .with_priority(1)
            .mount(&self.server)
            .await;
    }

    /// The same for what is asked of one queue.
    pub(crate) async fn once_at(&self, queue: &str, target: &str, answer: Value) {
        let queue = format!("/{queue}.fifo");
        self.once_about(&queue, target, answer).await;
    }

    /// The same for what is asked about something.
    pub(crate) async fn once_about(&self, subject: &str, target: &str, answer: Value) {
        Mock::given(header("x-amz-target", target))
            .and(body_string_contains(subject))
            .respond_with(ResponseTemplate::new(200).set_body_json(answer))
            .up_to_n_times(1)
            .with_priority(1)
            .mount(&self.server)
            .await;
    }

    async fn answer(&self, mock: wiremock::MockBuilder, status: u16, answer: Value) {
        mock.respond_with(ResponseTemplate::new(status).set_body_json(answer))
            .mount(&self.server)
            .await;
    }

    /// Answers what is posted to the callback address.
    pub(crate) async fn receive(&self, status: u16, body: &str) {
        Mock::given(method("POST"))
            .and(path_regex("^/cw/"))
            .respond_with(ResponseTemplate::new(status).set_body_string(body))
            .mount(&self.server)
            .await;
    }

    /// The same where AWS is out of reach.
    pub(crate) fn out_of_reach(self) -> Self {
        Self {
            endpoint: "http://127.0.0.1:1".to_owned(),
            ..self
        }
    }

    /// The PSA.
    pub(crate) fn world(&self) -> WorldHandle {
        self.sandbox.world()
    }

    /// IT Glue, where its mirror is on.
    pub(crate) fn itglue(&self) -> &Sandbox<itglue::Account> {
        &self.mirrors.as_ref().unwrap().itglue
    }

    /// Grow CRM, where its mirror is on.
    pub(crate) fn growcrm(&self) -> &Sandbox<growcrm::Account> {
        &self.mirrors.as_ref().unwrap().growcrm
    }

    /// Where the PSA is told to send callbacks to.
    pub(crate) fn address(&self) -> String {
        format!("{}/cw/{TOKEN}?recordId=", self.server.uri())
    }

    /// The methods of the requests that the PSA saw.
    pub(crate) fn psa_requests(&self) -> Vec<String> {
        Self::methods(&self.sandbox.requests())
    }

    /// The methods of the requests that a vendor saw.
    pub(crate) fn methods(requests: &RequestLog) -> Vec<String> {
        let all = requests.all();
        let api = all
            .into_iter()
            .filter(|request| request.kind == RequestKind::Api);
        api.map(|request| request.method).collect()
    }

    /// What AWS and the receiver were asked.
    pub(crate) async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }

    /// What was asked of SQS, in order: the operation and its body.
    pub(crate) async fn asked_of_sqs(&self) -> Vec<(String, Value)> {
        let asked = |request: &Request| {
            let target = request.headers.get("x-amz-target")?.to_str().ok()?;
            let operation = target.strip_prefix("AmazonSQS.")?.to_owned();
            Some((operation, serde_json::from_slice(&request.body).unwrap()))
        };
        self.requests().await.iter().filter_map(asked).collect()
    }

    /// The secrets that were read.
    pub(crate) async fn asked_for_secrets(&self) -> Vec<Value> {
        let asked = |request: &Request| {
            let target = request.headers.get("x-amz-target")?.to_str().ok()?;
            let is_read = target == "secretsmanager.GetSecretValue";
            is_read.then(|| serde_json::from_slice(&request.body).unwrap())
        };
        self.requests().await.iter().filter_map(asked).collect()
    }

    /// The path of a file with this in it.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Runs the program on the stack.
    pub(crate) async fn run(&self, args: &[&str]) -> Ran {
        self.run_in(STACK, args).await
    }

    /// Runs the program on a stack of this name.
    pub(crate) async fn run_in(&self, stack: &str, args: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
        // Nothing of whoever runs the tests: no profile, no credentials, no way to AWS.
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "hunter2")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(root())
            .args(["--profile", "aws", "--stack", stack])
            .args(args);
        // The servers run on this thread, so it must not wait for the program.
        let output = tokio::task::spawn_blocking(move || command.output());
        let ran = Ran::of(output.await.unwrap().unwrap());
        for text in [&ran.out, &ran.err] {
            assert!(!text.contains(TOKEN), "the token is shown: {text}");
            assert!(!text.contains("hunter2"), "a key is shown: {text}");
        }
        ran
    }
}
