//! Stacks as AWS tells of them, and as it refuses to.

use aws_sdk_sqs::config::retry::RetryConfig;
use model::mirror::System;
use serde_json::json;
use wiremock::matchers::{body_partial_json, body_string_contains, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::testing::Aws;

const KEYS: &str = r#"{"login_company":"northwindmsp","public_key":"hunter2","private_key":"hunter2",
    "client_id":"hunter2","path_token":"0123456789abcdefghijAB","callback_id":"318, 319"}"#;

/// A stack with these outputs, where AWS has one secret and one parameter.
fn stack(aws: SdkConfig, outputs: &[(&str, &str)]) -> Stack {
    let outputs = outputs.iter();
    Stack {
        name: "rollcall".to_owned(),
        aws,
        outputs: outputs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        keep_days: 0,
    }
}

const OUTPUTS: [(&str, &str); 8] = [
    ("CallbackUrl", "https://hooks.example.net/cw/"),
    ("TenantSecretId", "tenant"),
    ("ConnectWiseSecretId", "connectwise"),
    ("ConnectWiseSite", "https://na.myconnectwise.net"),
    ("RulesParameter", "/rollcall/rules"),
    ("JournalTable", "journal"),
    (
        "WorkQueueUrl",
        "http://localhost:4566/000000000000/work.fifo",
    ),
    (
        "DeadLetterQueueUrl",
        "http://localhost:4566/000000000000/dead.fifo",
    ),
];

const MIRRORS: [(&str, &str); 6] = [
    ("ItGlueSecretId", "itglue"),
    (
        "ItGlueQueueUrl",
        "http://localhost:4566/000000000000/itglue.fifo",
    ),
    (
        "ItGlueDeadLetterQueueUrl",
        "http://localhost:4566/000000000000/itglue-dead.fifo",
    ),
    ("GrowCrmSecretId", "growcrm"),
    (
        "GrowCrmQueueUrl",
        "http://localhost:4566/000000000000/growcrm.fifo",
    ),
    (
        "GrowCrmDeadLetterQueueUrl",
        "http://localhost:4566/000000000000/growcrm-dead.fifo",
    ),
];

async fn whole(secret: &str, rules: &str) -> (Aws, Stack) {
    let aws = Aws::start(secret, rules).await;
    let stack = stack(aws.config(), &OUTPUTS);
    (aws, stack)
}

#[tokio::test]
async fn of_an_empty_stack_every_output_is_missing_and_nothing_is_asked() {
    let aws = Aws::refusing().await;
    let empty = stack(aws.config(), &[]);
    let problems = both(empty.psa().await, empty.rules().await).err().unwrap();
    insta::assert_snapshot!(problems, @"
    read the configuration
      ConnectWiseSite is no output of the stack rollcall: is it one of this release of Rollcall?
      ConnectWiseSecretId is no output of the stack rollcall: is it one of this release of Rollcall?
      RulesParameter is no output of the stack rollcall: is it one of this release of Rollcall?
    ");
    assert!(empty.queue().is_err() && empty.dead_letters().is_err());
    assert!(empty.journal().is_err());
    assert!(empty.put_rules("").await.is_err());
}

#[tokio::test]
async fn a_stack_has_a_reader_rules_and_an_address() {
    let (_aws, stack) = whole(KEYS, "[modes]\nportal-invite = \"enforce\"\n").await;
    let (reader, rules) = both(stack.psa().await, stack.rules().await).unwrap_or_else(|_| panic!());
    assert_eq!(reader.config().login_company(), "northwindmsp");
    assert!(rules.may_write());
    let CallbackTarget { address, pinned } = stack.callbacks().await.unwrap();
    assert_eq!(
        address.endpoint().as_str(),
        "https://hooks.example.net/cw/0123456789abcdefghijAB"
    );
    assert_eq!(pinned, ["318", "319"]);
}

#[tokio::test]
async fn a_mirror_that_is_off_has_nothing_and_is_no_problem() {
    let aws = Aws::refusing().await;
    let stack = stack(aws.config(), &OUTPUTS);
    assert!(stack.itglue().await.unwrap().is_none());
    assert!(stack.growcrm().await.unwrap().is_none());
    for system in System::ALL {
        assert!(stack.mirror_queue(system).is_none(), "{system}");
        assert!(stack.mirror_dead_letters(system).is_none(), "{system}");
    }
}

#[tokio::test]
async fn a_mirror_that_is_on_has_a_reader_and_queues() {
    let secrets = [
        ("itglue", r#"{"region":"au","api_key":"hunter2"}"#),
        ("growcrm", r#"{"api_key":"hunter2"}"#),
    ];
    let aws = Aws::with(&secrets, "").await;
    let stack = stack(aws.config(), &MIRRORS);
    let reader = stack.itglue().await.unwrap().unwrap();
    assert_eq!(reader.config().api().as_str(), "https://api.au.itglue.com/");
    let problems = stack.growcrm().await.err().unwrap();
    insta::assert_snapshot!(problems, @r#"
    read the configuration
      GrowCrmSecretId: key "base_url" of that secret is missing: add it
    "#);
    for system in System::ALL {
        assert!(stack.mirror_queue(system).is_some(), "{system}");
        assert!(stack.mirror_dead_letters(system).is_some(), "{system}");
    }
}

#[tokio::test]
async fn what_aws_refuses_is_told_at_once_with_the_rights_it_takes() {
    let aws = Aws::refusing().await;
    let stack = stack(aws.config(), &OUTPUTS);
    let read = both(stack.psa().await, stack.rules().await);
    insta::assert_snapshot!(both(read, stack.callbacks().await).err().unwrap(), @"
    read the configuration
      ConnectWiseSecretId names a secret that cannot be read: check its name, the region, and the right secretsmanager:GetSecretValue (AccessDeniedException: not authorized)
      RulesParameter names a parameter that cannot be read: check its name, the region, and the right ssm:GetParameter (AccessDeniedException: not authorized)
      TenantSecretId names a secret that cannot be read: check its name, the region, and the right secretsmanager:GetSecretValue (AccessDeniedException: not authorized)
    ");
}

#[tokio::test]
async fn mistakes_are_named_by_output_and_secrets_are_not_quoted() {
    let (_aws, stack) = whole(
        r#"{"path_token":"hunter 2"}"#,
        "[modes]\nportal-invite = \"on\"\n",
    )
    .await;
    let read = both(stack.psa().await, stack.rules().await);
    let problems = both(read, stack.callbacks().await).err().unwrap();
    assert!(!problems.to_string().contains("hunter"), "{problems}");
    insta::assert_snapshot!(problems, @r#"
    read the configuration
      ConnectWiseSecretId: key "login_company" of that secret is missing: add it
      ConnectWiseSecretId: key "public_key" of that secret is missing: add it
      ConnectWiseSecretId: key "private_key" of that secret is missing: add it
      ConnectWiseSecretId: key "client_id" of that secret is missing: add it
      RulesParameter: line 2, column 17: expected one of "observe", "review", "enforce", found string
      TenantSecretId: key "path_token" of that secret must be letters, digits, -, . and _
    "#);
}

#[tokio::test]
async fn rules_are_put_in_place_of_the_old_ones() {
    let server = MockServer::start().await;
    Mock::given(header("x-amz-target", "AmazonSSM.PutParameter"))
        .and(body_partial_json(json!({
            "Name": "/rollcall/rules", "Value": "[modes]\n", "Overwrite": true, "Tier": "Intelligent-Tiering",
        })))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"Version": 2})))
        .expect(1)
        .mount(&server)
        .await;
    let stack = stack(at(&server).await, &OUTPUTS);
    stack.put_rules("[modes]\n").await.unwrap();
}

/// An AWS that is this server.
async fn at(server: &MockServer) -> SdkConfig {
    let aws = Aws::refusing().await.config();
    aws.into_builder().endpoint_url(server.uri()).build()
}

async fn found(status: u16, body: &str) -> anyhow::Result<Stack> {
    let server = MockServer::start().await;
    Mock::given(body_string_contains("Action=DescribeStacks"))
        .and(body_string_contains("StackName=rollcall"))
        .respond_with(ResponseTemplate::new(status).set_body_raw(body, "text/xml"))
        .mount(&server)
        .await;
    Stack::find_with(at(&server).await, "rollcall").await
}

#[tokio::test]
async fn the_outputs_are_those_that_cloudformation_tells() {
    let outputs = r#"<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
        <DescribeStacksResult><Stacks><member><StackName>rollcall</StackName><Outputs>
        <member><OutputKey>WorkQueueUrl</OutputKey><OutputValue>http://localhost/work.fifo</OutputValue></member>
        </Outputs><Parameters><member><ParameterKey>JournalKeepDays</ParameterKey><ParameterValue>30</ParameterValue>
        </member></Parameters></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"#;
    let stack = found(200, outputs).await.unwrap();
    assert!(stack.queue().is_ok());
    assert_eq!(stack.keep_days, 30);
    assert!(stack.dead_letters().is_err());
}

#[tokio::test]
async fn a_stack_that_nobody_knows_is_a_matter_of_configuration_and_silence_is_not() {
    let unknown = r#"<ErrorResponse><Error><Code>ValidationError</Code>
        <Message>Stack with id rollcall does not exist</Message></Error></ErrorResponse>"#;
    let error = found(400, unknown).await.err().unwrap();
    let problems = error.downcast_ref::<Problems>().unwrap();
    insta::assert_snapshot!(problems, @"
    read the configuration
      stack rollcall cannot be looked up: check its name, the region, the account, and the right cloudformation:DescribeStacks (ValidationError: Stack with id rollcall does not exist)
    ");
    let aws = Aws::refusing().await.config();
    let nobody = aws.into_builder().endpoint_url("http://127.0.0.1:1");
    let aws = nobody.retry_config(RetryConfig::disabled()).build();
    let error = Stack::find_with(aws, "rollcall").await.err().unwrap();
    assert!(error.downcast_ref::<Problems>().is_none(), "{error:#}");
}
